// A guest without Xen: the agent of guest-init as PID 1 of fresh namespaces, its root on a tmpfs,
// its disks loop devices, its slots the listening sockets from descriptor 3 on. usage: unshare
// --mount --pid --fork … pretend_guest DIRECTORY LOG CGROUP [SLOTS IDLE-MS]
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

#include "guest-init/cgroup.h"
#include "guest-init/loop.h"
#include "guest-init/tools.h"
#include "guest-init/uevents.h"
#include "tests/support/socket_transport.h"

namespace {

using namespace guest_init;

constexpr int first_listener = 3;

[[noreturn]] void give_up(const char* what) {
  perror(what);
  _exit(99);
}

void require(bool done, const char* what) {
  if (!done) give_up(what);
}

// What the real one gets from its initramfs and its first boot step.
void make_root(const std::string& root, const std::string& log) {
  const auto at = [&](const char* path) { return root + path; };
  require(mount("tmpfs", root.c_str(), "tmpfs", 0, "mode=0755") == 0, "tmpfs");
  for (const char* directory : {"/dev", "/proc", "/sys", "/cgroups"}) {
    require(mkdir(at(directory).c_str(), 0755) == 0, directory);
  }
  require(mount("devtmpfs", at("/dev").c_str(), "devtmpfs", 0, nullptr) == 0, "devtmpfs");
  require(mount("proc", at("/proc").c_str(), "proc", 0, nullptr) == 0, "proc");
  require(mount("sysfs", at("/sys").c_str(), "sysfs", 0, nullptr) == 0, "sysfs");
  require(mount("cgroup2", at("/cgroups").c_str(), "cgroup2", 0, nullptr) == 0, "cgroup2");
  // Nothing of a test belongs into the kernel's log.
  if (access(at("/dev/kmsg").c_str(), F_OK) == 0) {
    require(mount(log.c_str(), at("/dev/kmsg").c_str(), nullptr, MS_BIND, nullptr) == 0, "kmsg");
  }
}

void enter_root(const std::string& root) {
  require(chdir(root.c_str()) == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
              umount2(".", MNT_DETACH) == 0 && chdir("/") == 0,
          "pivot_root");
}

void share(Guest& guest, unsigned slots, unsigned idle_ms) {
  guest.shared = true;  // but for its disks: not every kernel here can read their partitions anew
  guest.slots = slots;
  guest.spare_slots = 1;
  guest.idle_limit_ns = std::uint64_t{1'000'000} * idle_ms;
  guest.idle_since_ns = boot_time_ns();
}

void prepare(Guest& guest, const char* cgroup) {
  guest.exec_ns = boot_time_ns();
  guest.epoch = guest.exec_ns;
  guest.disks.prefix = "loop";
  guest.cgroups = std::string("/cgroups/") + cgroup;
  guest.uevents = open_uevents();
  guest.own_pid_namespace = open_path("/proc/self/ns/pid", O_RDONLY);
  guest.power_off = [] { _exit(0); };
  require(make_directories(containers_group(guest.cgroups)), "cgroup");
  Failure failure;
  require(!guest.shared || confine_devices(guest.cgroups, failure), "confine_devices");
}

}  // namespace

int main(int argc, char** argv) {
  int status = 0;
  if (ran_under_other_name(argc, argv, status)) return status;
  if ((argc != 4 && argc != 6) || getpid() != 1) return 98;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  Guest guest;
  if (argc == 6) {
    share(guest, static_cast<unsigned>(atoi(argv[4])), static_cast<unsigned>(atoi(argv[5])));
  }
  guest.own_binary = open_path("/proc/self/exe", O_PATH);
  make_root(argv[1], argv[2]);
  enter_root(argv[1]);
  prepare(guest, argv[3]);

  std::deque<support::SocketTransport> sockets;
  std::vector<Agent> agents;
  agents.reserve(guest.slots);
  for (std::uint32_t slot = 0; slot < guest.slots; ++slot) {
    const int listener = first_listener + static_cast<int>(slot);
    fcntl(listener, F_SETFD, FD_CLOEXEC);
    agents.emplace_back(slot, sockets.emplace_back(listener, -1).transport(), guest);
  }
  std::string why;
  require(agents.front().offer(why), "offer");
  Modules modules;  // none: a kernel with everything built in
  Loop loop(guest, modules, agents);
  Failure failure;
  require(loop.prepare(failure), "loop");
  loop.run();
}
