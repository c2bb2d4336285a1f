#include "cli/refused_options.h"

namespace cli {
namespace {

constexpr std::string_view alone =
    "the container has a kernel of its own, and no namespace to share with the host's";
constexpr std::string_view no_device = "a guest has none of the host's devices";
constexpr std::string_view no_network = "guests have no network";
constexpr std::string_view no_volume = "guests have no volumes";
constexpr std::string_view by_xen =
    "it is Xen that shares the processors out; there are --cpus, --cpuset-cpus and --vcpus";
constexpr std::string_view no_swap = "a guest has no swap: what -m says is all the memory it has";
constexpr std::string_view own_disk = "a container's disk is its own; there is --storage-opt size";
constexpr std::string_view no_check =
    "health checks need an image's command to be run again and again";

struct RefusedOption {
  std::string_view name;
  char letter;
  std::string_view why;
};

constexpr RefusedOption refused[] = {
    {"add-host", 0, no_network},
    {"blkio-weight", 0, own_disk},
    {"blkio-weight-device", 0, own_disk},
    {"cgroup-parent", 0, alone},
    {"cgroupns", 0, alone},
    {"cpu-count", 0, by_xen},
    {"cpu-percent", 0, by_xen},
    {"cpu-period", 0, by_xen},
    {"cpu-quota", 0, by_xen},
    {"cpu-rt-period", 0, by_xen},
    {"cpu-rt-runtime", 0, by_xen},
    {"cpu-shares", 'c', by_xen},
    {"cpuset-mems", 0, by_xen},
    {"device", 0, no_device},
    {"device-cgroup-rule", 0, no_device},
    {"device-read-bps", 0, own_disk},
    {"device-read-iops", 0, own_disk},
    {"device-write-bps", 0, own_disk},
    {"device-write-iops", 0, own_disk},
    {"dns", 0, no_network},
    {"dns-opt", 0, no_network},
    {"dns-option", 0, no_network},
    {"dns-search", 0, no_network},
    {"domainname", 0, no_network},
    {"expose", 0, no_network},
    {"gpus", 0, no_device},
    {"health-cmd", 0, no_check},
    {"health-interval", 0, no_check},
    {"health-retries", 0, no_check},
    {"health-start-period", 0, no_check},
    {"health-timeout", 0, no_check},
    {"ip", 0, no_network},
    {"ip6", 0, no_network},
    {"ipc", 0, alone},
    {"isolation", 0, alone},
    {"kernel-memory", 0, no_swap},
    {"link", 0, no_network},
    {"link-local-ip", 0, no_network},
    {"mac-address", 0, no_network},
    {"memory-reservation", 0, no_swap},
    {"memory-swap", 0, no_swap},
    {"memory-swappiness", 0, no_swap},
    {"mount", 0, no_volume},
    {"net", 0, no_network},
    {"net-alias", 0, no_network},
    {"network", 0, no_network},
    {"network-alias", 0, no_network},
    {"oom-kill-disable", 0, "without the OOM killer the guest's kernel itself would stop"},
    {"pid", 0, alone},
    {"publish", 'p', no_network},
    {"publish-all", 'P', no_network},
    {"runtime", 0, "there is one runtime: a Xen guest"},
    {"userns", 0, alone},
    {"uts", 0, alone},
    {"volume", 'v', no_volume},
    {"volume-driver", 0, no_volume},
    {"volumes-from", 0, no_volume},
};

}  // namespace

void declare_refused(Options& options) {
  for (const RefusedOption& option : refused)
    options.add({.name = option.name,
                 .letter = option.letter,
                 .type = "value",
                 .hidden = true,
                 .refused = option.why});
}

}  // namespace cli
