// /dev of a container: docker's default devices (opencontainers/runc, libcontainer/specconv).
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

#include "guest-init/root.h"

namespace guest_init {
namespace {

struct Device {
  const char* path;
  unsigned major;
  unsigned minor;
};

constexpr Device devices[] = {
    {"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
    {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},
};

struct Link {
  const char* path;
  const char* target;
};

constexpr Link links[] = {
    {"/dev/fd", "/proc/self/fd"},       {"/dev/stdin", "/proc/self/fd/0"},
    {"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
    {"/dev/ptmx", "pts/ptmx"},          {"/dev/core", "/proc/kcore"},
};

bool make_device(const Device& device) {
  return mknod(device.path, S_IFCHR | 0666, makedev(device.major, device.minor)) == 0 &&
         chmod(device.path, 0666) == 0;
}

}  // namespace

bool make_devices(Failure& failure) {
  for (const Device& device : devices) {
    if (!make_device(device)) return fail(failure, FailureStage::mount, device.path);
  }
  for (const Link& link : links) {
    if (symlink(link.target, link.path) != 0) {
      return fail(failure, FailureStage::mount, link.path);
    }
  }
  return true;
}

}  // namespace guest_init
