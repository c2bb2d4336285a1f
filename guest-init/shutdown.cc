#include "guest-init/shutdown.h"

#include <fcntl.h>
#include <sys/reboot.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <string>

#include "guest-init/failure.h"
#include "guest-init/fd.h"

namespace guest_init {

void power_off() {
  reboot(RB_POWER_OFF);
  crash("the kernel refused to power off");
}

void crash(std::string_view line) {
  report(protocol::LogLevel::error, line);
  const std::string text = "vxn: " + std::string(line) + "\n";
  const Fd console = open_path("/dev/console", O_WRONLY | O_NOCTTY);
  const ssize_t written = write(console.get(), text.data(), text.size());
  _exit(written > 0 ? 1 : 2);  // PID 1: the kernel panics
}

void register_power_off_command() {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  if (size <= 0) return;
  // Without it only the host's SHUTDOWN ends the guest in order.
  write_file("/proc/sys/kernel/poweroff_cmd",
             std::string(path, static_cast<std::size_t>(size)) + " " + power_off_argument);
}

int request_power_off() { return kill(1, SIGTERM) == 0 ? 0 : 1; }

}  // namespace guest_init
