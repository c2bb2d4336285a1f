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

constexpr std::uint64_t default_shm = 64u << 20;
constexpr unsigned long tmpfs_flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
                                      MS_SYNCHRONOUS | MS_DIRSYNC | MS_NOATIME | MS_NODIRATIME |
                                      MS_RELATIME | MS_STRICTATIME;

constexpr Mount container_mounts[] = {
    {"proc", "/proc", quiet, nullptr},
    {"tmpfs", "/dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"},
    {"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"},
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

bool hide_and_protect(Failure& failure) {
  for (const char* path : masked) {
    if (!mask(path)) return fail(failure, FailureStage::mount, std::string("masking ") + path);
  }
  for (const char* path : read_only_paths) {
    if (!protect(path, failure)) return false;
  }
  return true;
}

bool mount_shm(std::uint64_t size, Failure& failure) {
  if (size == 0) size = default_shm;
  const std::string options = "mode=1777,size=" + std::to_string(size);
  return (make_directories("/dev/shm") || fail(failure, FailureStage::mount, "mkdir /dev/shm")) &&
         mount_type("tmpfs", "shm", "/dev/shm", quiet, options.c_str(), "/dev/shm", failure);
}

bool mount_tmpfs(const protocol::TmpfsMount& wish, Failure& failure) {
  if ((wish.flags & ~tmpfs_flags) != 0) {
    return fail_with(failure, FailureStage::spec, "a tmpfs with flags that it cannot have");
  }
  return (make_directories(wish.target) ||
          fail(failure, FailureStage::mount, "mkdir " + wish.target)) &&
         mount_type("tmpfs", "tmpfs", wish.target, wish.flags, wish.options.c_str(),
                    "a tmpfs at " + wish.target, failure);
}

bool set_sysctl(const std::string& wish, Failure& failure) {
  const std::size_t equals = wish.find('=');
  const std::string path = sysctl_path(wish.substr(0, equals));
  if (equals == std::string::npos || path.empty()) {
    return fail_with(failure, FailureStage::spec, "sysctl " + wish + ": no such setting");
  }
  return write_file(path, wish.substr(equals + 1)) ||
         fail(failure, FailureStage::other, "setting sysctl " + wish);
}

bool mount_over(const std::string& source, const std::string& target) {
  return make_mount_point(target) &&
         mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) == 0;
}

}  // namespace

// In "net.ipv4.conf.eth0/1.forwarding" the other separator is part of a name.
std::string sysctl_path(std::string_view name) {
  std::string path(name);
  const std::size_t first = path.find_first_of("./");
  if (path.empty() || first == 0 || path.find("..") != std::string::npos ||
      path.find("//") != std::string::npos || path.find('\0') != std::string::npos) {
    return {};
  }
  if (first != std::string::npos && path[first] == '.') {
    for (char& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
  }
  return "/proc/sys/" + path;
}

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

bool ContainerRoot::populate(const protocol::ContainerSpec& spec, Failure& failure) {
  if (!mount_all(container_mounts, failure) || !mount_shm(spec.shm_size, failure) ||
      !make_devices(failure) || !mount_files(failure)) {
    return false;
  }
  for (const protocol::TmpfsMount& wish : spec.tmpfs) {
    if (!mount_tmpfs(wish, failure)) return false;
  }
  // A kernel without IPv4 has none of these, and needs none.
  for (const auto& setting : network_settings) write_file(setting.path, setting.value);
  for (const std::string& sysctl : spec.sysctls) {
    if (!set_sysctl(sysctl, failure)) return false;
  }
  return true;
}

bool ContainerRoot::mount_files(Failure& failure) {
  for (const char* name : etc_files) {
    const std::string target = std::string("/etc/") + name;
    if (!mount_over(files_ + "/" + name, target)) {
      return fail(failure, FailureStage::mount, "mounting " + target);
    }
  }
  return true;
}

bool ContainerRoot::close(const protocol::ContainerSpec& spec, Failure& failure) {
  if (!spec.unmasked && !hide_and_protect(failure)) return false;
  if (spec.read_only_root && !remount_read_only("/", failure)) return false;
  if (fchdir(guest_tree_.get()) != 0 || umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) {
    return fail(failure, FailureStage::mount, "leaving the guest's root");
  }
  guest_tree_.reset();
  return true;
}

}  // namespace guest_init
