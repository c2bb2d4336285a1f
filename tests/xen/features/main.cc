// PID 1 of a guest that shows what its kernel can do: one line per feature on the console, "feature
// ok NAME" or "feature failed NAME: WHY", and "features end". The word features=panic on the
// kernel's command line lets the kernel panic instead.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>

#include "tests/xen/features/feature.h"

namespace {

using namespace features;

constexpr std::span<const Feature> (*lists[])() = {
    file_systems, namespaces,         cgroups,     system_calls, network,
    netfilter,    shared_directories, xen_devices,
};

void show(const Feature& feature) {
  const std::string why = in_child(feature.check);
  if (why.empty()) {
    std::printf("feature ok %s\n", feature.name);
  } else {
    std::printf("feature failed %s: %s\n", feature.name, why.c_str());
  }
}

bool prepare() {
  const bool mounted = mount_at("proc", "/proc", "proc").empty() &&
                       mount_at("sysfs", "/sys", "sysfs").empty() &&
                       mount_at("devtmpfs", "/dev", "devtmpfs").empty();
  const int console = open("/dev/hvc0", O_RDWR);
  if (console < 0) return false;
  for (int fd : {0, 1, 2}) dup2(console, fd);
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  return mounted;
}

}  // namespace

int main() {
  if (!prepare()) std::printf("feature failed start: /proc, /sys and /dev can't be mounted\n");
  if (read_text("/proc/cmdline").find("features=panic") != std::string::npos) {
    write_text("/proc/sysrq-trigger", "c");
  }
  write_text("/dev/kmsg", "words of the kernel's log\n");
  for (const auto list : lists) {
    for (const Feature& feature : list()) show(feature);
  }
  std::printf("features end\n");
  std::fflush(stdout);
  tcdrain(1);
  sync();
  return reboot(RB_POWER_OFF);
}
