#include "guest-init/mounts.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "guest-init/fd.h"

namespace guest_init {
namespace {

constexpr Mount guest_mounts[] = {
    {"devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC, "mode=0755"},
    {"proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr},
    {"sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr},
    {"tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755,size=16m"},
};

// The initramfs is the root of the mount tree, and pivot_root(2) refuses that one: mount it once
// more over itself.
bool leave_rootfs() {
  constexpr const char* copy = "/root-again";
  return make_directories(copy) && mount("/", copy, nullptr, MS_BIND, nullptr) == 0 &&
         chdir(copy) == 0 && mount(".", "/", nullptr, MS_MOVE, nullptr) == 0 && chroot(".") == 0 &&
         chdir("/") == 0;
}

struct FlagPair {
  unsigned long found;  // statvfs(3)
  unsigned long kept;   // mount(2)
};

constexpr FlagPair kept_flags[] = {
    {ST_NOSUID, MS_NOSUID},   {ST_NODEV, MS_NODEV},           {ST_NOEXEC, MS_NOEXEC},
    {ST_NOATIME, MS_NOATIME}, {ST_NODIRATIME, MS_NODIRATIME}, {ST_RELATIME, MS_RELATIME},
};

}  // namespace

bool mount_type(const char* type, const std::string& source, const std::string& target,
                unsigned long flags, const char* options, const std::string& what,
                Failure& failure) {
  if (mount(source.c_str(), target.c_str(), type, flags, options) == 0) return true;
  if (errno != ENODEV) return fail(failure, FailureStage::mount, "mounting " + what);
  return fail_with(failure, FailureStage::mount,
                   "mounting " + what + ": the guest's kernel has no " + type, ENODEV);
}

bool mount_all(std::span<const Mount> mounts, Failure& failure) {
  for (const Mount& entry : mounts) {
    if (!make_directories(entry.target)) {
      return fail(failure, FailureStage::mount, std::string("mkdir ") + entry.target);
    }
    if (!mount_type(entry.type, entry.type, entry.target, entry.flags, entry.options,
                    std::string(entry.type) + " at " + entry.target, failure) &&
        failure.error_number != EBUSY) {
      return false;
    }
  }
  return true;
}

bool mount_guest(Failure& failure) {
  if (!leave_rootfs()) return fail(failure, FailureStage::mount, "leaving the initramfs");
  return mount_all(guest_mounts, failure);
}

bool remount_read_only(const std::string& target, Failure& failure) {
  struct statvfs status {};
  unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
  if (statvfs(target.c_str(), &status) == 0) {
    for (const FlagPair& pair : kept_flags) {
      if ((status.f_flag & pair.found) != 0) flags |= pair.kept;
    }
  }
  if (mount(nullptr, target.c_str(), nullptr, flags, nullptr) != 0) {
    return fail(failure, FailureStage::mount, "remounting " + target + " read-only");
  }
  return true;
}

bool unmount(const std::string& target, Failure& failure) {
  if (umount2(target.c_str(), UMOUNT_NOFOLLOW) == 0 || errno == EINVAL || errno == ENOENT) {
    return true;
  }
  return fail(failure, FailureStage::mount, "unmounting " + target);
}

}  // namespace guest_init
