#include "guest-init/beside.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <string>

namespace guest_init {
namespace {

struct Mount {
  const char* type;
  const char* target;
  unsigned long flags;
  const char* options;
};

// What the container has below these is covered.
constexpr Mount mounts[] = {
    {"proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr},
    {"sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr},
    {"devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC, nullptr},
    {"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"},
};

}  // namespace

bool stand_beside(int entrypoint, Failure& failure) {
  if (setns(entrypoint, CLONE_NEWNS) != 0 || unshare(CLONE_NEWNS) != 0 ||
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return fail(failure, FailureStage::other, "joining the container's files");
  }
  for (const Mount& entry : mounts) {
    mkdir(entry.target, 0755);  // of /dev/pts; the others are there
    if (mount(entry.type, entry.target, entry.type, entry.flags, entry.options) != 0) {
      return fail(failure, FailureStage::other,
                  "mounting the guest's " + std::string(entry.target));
    }
  }
  return true;
}

}  // namespace guest_init
