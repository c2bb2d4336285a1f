// PID 1 of a guest that shows what its kernel can do: one line per feature on the console, "feature
// ok NAME" or "feature failed NAME: WHY", and "features end". Words of the kernel's command line
// let it do something else: features=panic lets the kernel panic; features=started lets the machine
// start again at once, as a sign without Xen and its console that PID 1 was reached.
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

bool is_asked_to(const char* what) {
  return read_text("/proc/cmdline").find(std::string("features=") + what) != std::string::npos;
}

bool prepare() {
  const bool mounted = mount_at("sysfs", "/sys", "sysfs").empty() &&
                       mount_at("devtmpfs", "/dev", "devtmpfs").empty();
  const int console = open("/dev/hvc0", O_RDWR | O_CLOEXEC);
  if (console < 0) return false;
  for (int fd : {0, 1, 2}) dup2(console, fd);
  return std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ) == 0 && mounted;
}

// The kernel does not: it would for the shared directory, too, whose back end we are ourselves.
void wait_for_devices() {
  for (const char* path : {"/dev/xvda2", "/sys/class/net/eth0"}) {
    for (int tries = 0; tries < 300 && access(path, F_OK) != 0; ++tries) usleep(100'000);
  }
}

}  // namespace

int main() {
  mount_at("proc", "/proc", "proc");
  if (is_asked_to("started")) return reboot(RB_AUTOBOOT);
  if (!prepare()) std::printf("feature failed start: /proc, /sys and /dev can't be mounted\n");
  if (is_asked_to("panic")) write_text("/proc/sysrq-trigger", "c");
  wait_for_devices();
  write_text("/dev/kmsg", "words of the kernel's log\n");
  for (const auto list : lists) {
    for (const Feature& feature : list()) show(feature);
  }
  std::printf("features end\n");
  static_cast<void>(std::fflush(stdout));
  tcdrain(1);
  sync();
  return reboot(RB_POWER_OFF);
}
