#include "guest-init/root.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "guest-init/mounts.h"

namespace guest_init {
namespace {

constexpr unsigned long quiet = MS_NOSUID | MS_NOEXEC | MS_NODEV;

constexpr Mount container_mounts[] = {
    {"proc", "/proc", quiet, nullptr},
    {"tmpfs", "/dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"},
    {"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"},
    {"tmpfs", "/dev/shm", quiet, "mode=1777,size=65536k"},
    {"mqueue", "/dev/mqueue", quiet, nullptr},
    {"sysfs", "/sys", quiet | MS_RDONLY, nullptr},
    {"cgroup2", "/sys/fs/cgroup", quiet | MS_RDONLY | MS_RELATIME, nullptr},
};

constexpr const char* etc_files[] = {"hostname", "hosts", "resolv.conf"};

constexpr const char* masked[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/xen",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
};

constexpr const char* read_only_paths[] = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

// The settings of a network namespace that docker gives to each container.
constexpr struct {
  const char* path;
  const char* value;
} network_settings[] = {
    {"/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"},
    {"/proc/sys/net/ipv4/ping_group_range", "0 2147483647"},
};

bool mask(const char* path) {
  struct stat status {};
  if (stat(path, &status) != 0) return errno == ENOENT;
  if (S_ISDIR(status.st_mode)) {
    return mount("tmpfs", path, "tmpfs", quiet | MS_RDONLY, "size=0k,nr_inodes=2") == 0;
  }
  return mount("/dev/null", path, nullptr, MS_BIND, nullptr) == 0;
}

bool protect(const char* path, Failure& failure) {
  if (mount(path, path, nullptr, MS_BIND | MS_REC, nullptr) != 0) return errno == ENOENT;
  return remount_read_only(path, failure);
}

bool mount_over(const std::string& source, const std::string& target) {
  return make_mount_point(target) &&
         mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) == 0;
}

}  // namespace

bool make_mount_point(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = readlink(path.c_str(), target, sizeof target);
  std::string file = size > 0 ? std::string(target, static_cast<std::size_t>(size)) : path;
  const std::string directory = path.substr(0, path.rfind('/'));
  if (!file.starts_with('/')) file = directory + "/" + file;
  const std::string parent = file.substr(0, file.rfind('/'));
  if (!parent.empty() && !make_directories(parent)) return false;
  return static_cast<bool>(open_path(file, O_WRONLY | O_CREAT | O_NOCTTY | O_NONBLOCK, 0644));
}

bool ContainerRoot::enter(const ContainerPaths& paths, Failure& failure) {
  files_ = paths.files().substr(1);
  guest_tree_ = open_path("/", O_PATH | O_DIRECTORY);
  if (!guest_tree_ || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      chdir(paths.root().c_str()) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 ||
      fchdir(guest_tree_.get()) != 0) {
    return fail(failure, FailureStage::mount, "entering the container's root");
  }
  return true;
}

bool ContainerRoot::populate(Failure& failure) {
  if (!mount_all(container_mounts, failure) || !make_devices(failure)) return false;
  for (const char* name : etc_files) {
    const std::string target = std::string("/etc/") + name;
    if (!mount_over(files_ + "/" + name, target)) {
      return fail(failure, FailureStage::mount, "mounting " + target);
    }
  }
  // A kernel without IPv4 has none of these, and needs none.
  for (const auto& setting : network_settings) write_file(setting.path, setting.value);
  return true;
}

bool ContainerRoot::close(bool read_only, Failure& failure) {
  for (const char* path : masked) {
    if (!mask(path)) return fail(failure, FailureStage::mount, std::string("masking ") + path);
  }
  for (const char* path : read_only_paths) {
    if (!protect(path, failure)) return false;
  }
  if (read_only && !remount_read_only("/", failure)) return false;
  if (fchdir(guest_tree_.get()) != 0 || umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) {
    return fail(failure, FailureStage::mount, "leaving the guest's root");
  }
  guest_tree_.reset();
  return true;
}

}  // namespace guest_init
