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
constexpr std::string_view own_users = "a guest has users of its own, and no other's to map";
constexpr std::string_view no_pid = "its processes are a guest's: there is no pid of the host";
constexpr std::string_view no_pod = "there are no pods, nor containers that depend on others";
constexpr std::string_view no_check =
    "health checks need an image's command to be run again and again";

struct RefusedOption {
  std::string_view name;
  char letter;
  std::string_view why;
  std::string_view taken = {};  // the one value that says what is so anyway
};

constexpr RefusedOption refused[] = {
    {"add-host", 0, no_network},
    {"blkio-weight", 0, own_disk},
    {"blkio-weight-device", 0, own_disk},
    {"cgroup-conf", 0, alone},
    {"cgroup-parent", 0, alone},
    {"cgroupns", 0, alone, "private"},
    {"cgroups", 0, alone, "enabled"},
    {"chrootdirs", 0, no_volume},
    {"conmon-pidfile", 0, no_pid},
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
    {"env-merge", 0, "there is -e, which sets a variable whole"},
    {"expose", 0, no_network},
    {"gidmap", 0, own_users},
    {"gpus", 0, no_device},
    {"health-cmd", 0, no_check},
    {"health-interval", 0, no_check},
    {"health-on-failure", 0, no_check, "none"},
    {"health-retries", 0, no_check},
    {"health-start-period", 0, no_check},
    {"health-timeout", 0, no_check},
    {"hostuser", 0, own_users},
    {"http-proxy", 0, no_network, "false"},
    {"image-volume", 0, no_volume, "ignore"},
    {"init-ctr", 0, no_pod},
    {"init-path", 0, "the init of --init is the guest's own"},
    {"ip", 0, no_network},
    {"ip6", 0, no_network},
    {"ipc", 0, alone, "private"},
    {"kernel-memory", 0, no_swap},
    {"link", 0, no_network},
    {"link-local-ip", 0, no_network},
    {"mac-address", 0, no_network},
    {"memory-reservation", 0, no_swap},
    {"memory-swap", 0, no_swap},
    {"memory-swappiness", 0, no_swap},
    {"mount", 0, no_volume},
    {"net", 0, no_network, "none"},
    {"net-alias", 0, no_network},
    {"network", 0, no_network, "none"},
    {"network-alias", 0, no_network},
    {"no-hosts", 0, "the guest writes /etc/hosts for its own name", "false"},
    {"oom-kill-disable", 0, "without the OOM killer the guest's kernel itself would stop"},
    {"passwd-entry", 0, "who has no name in the image has the number as one"},
    {"personality", 0, "a guest runs its own kernel's programs"},
    {"pid", 0, alone, "private"},
    {"pidfile", 0, no_pid},
    {"pod", 0, no_pod},
    {"pod-id-file", 0, no_pod},
    {"preserve-fds", 0, "a guest cannot have the host's files", "0"},
    {"publish", 'p', no_network},
    {"publish-all", 'P', no_network},
    {"requires", 0, no_pod},
    {"rootfs", 0, "a container's file system is made from an image's layers"},
    {"runtime", 0, "there is one runtime: a Xen guest", "vxn"},
    {"sdnotify", 0, "a guest cannot reach the host's systemd", "ignore"},
    {"seccomp-policy", 0, "there is --security-opt seccomp=FILE", "default"},
    {"secret", 0, no_volume},
    {"subgidname", 0, own_users},
    {"subuidname", 0, own_users},
    {"systemd", 0, "there is --init; systemd finds no cgroups of its own in a guest", "false"},
    {"timeout", 0, "there is timeout(1)", "0"},
    {"tz", 0, "the time zone is the image's; there is -e TZ=…"},
    {"uidmap", 0, own_users},
    {"userns", 0, alone},
    {"uts", 0, alone},
    {"volume", 'v', no_volume},
    {"volume-driver", 0, no_volume},
    {"volumes-from", 0, no_volume},
};

// Takes that value, and no other.
Setter taking(std::string_view taken, std::string_view why) {
  return [taken, why](std::string_view value) {
    return value == taken ? std::nullopt : std::optional<std::string>(why);
  };
}

}  // namespace

void refuse_option(Options& options, std::string_view name, char letter, std::string_view why) {
  options.add({.name = name, .letter = letter, .type = "value", .hidden = true, .refused = why});
}

void take_needless(Options& options, std::string_view name, bool as_is, std::string_view why) {
  options.add({.name = name,
               .set =
                   [as_is, why](std::string_view value) {
                     return parse_truth(value) == as_is ? std::nullopt
                                                        : std::optional<std::string>(why);
                   },
               .hidden = true});
}

void declare_refused(Options& options) {
  for (const RefusedOption& option : refused) {
    if (option.taken.empty()) {
      refuse_option(options, option.name, option.letter, option.why);
      continue;
    }
    options.add({.name = option.name,
                 .letter = option.letter,
                 .type = "value",
                 .set = taking(option.taken, option.why),
                 .hidden = true});
  }
  take_needless(options, "no-healthcheck", true, no_check);
}

}  // namespace cli
