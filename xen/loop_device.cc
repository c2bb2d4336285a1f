#include "xen/loop_device.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "base/error.h"
#include "base/lock.h"
#include "xen/loop_index.h"

namespace xen {
namespace {

// How often somebody else may be faster than we before we give up.
constexpr int attach_tries = 200;

base::UniqueFd open_control() {
  auto control = base::try_open_file("/dev/loop-control", O_RDWR);
  if (!control)
    throw base::Error(base::ErrorKind::unavailable,
                      "dom0's kernel has no loop devices (modprobe loop)");
  return std::move(*control);
}

std::string loop_path(int number) { return fmt::format("/dev/loop{}", number); }

dev_t device_number(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) < 0) base::throw_errno("a loop device");
  return status.st_rdev;
}

loop_config configuration(int fd, Access access, Writes writes) {
  loop_config config{};
  config.fd = static_cast<std::uint32_t>(fd);
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
  if (access == Access::read_only) {
    // Through the page cache, which all guests share; and with the sectors that the GPT counts in.
    config.info.lo_flags |= LO_FLAGS_READ_ONLY;
    config.block_size = 512;
  } else if (writes == Writes::direct) {
    // The kernel ignores it where the file system cannot.
    config.info.lo_flags |= LO_FLAGS_DIRECT_IO;
  }
  return config;
}

int flags_for(Access access) { return access == Access::read_only ? O_RDONLY : O_RDWR; }

struct Opened {
  int number;
  base::UniqueFd fd;
};

// nullopt where another process took the free one first.
std::optional<Opened> try_attach(int control, int fd, Access access, Writes writes) {
  const int number = ::ioctl(control, LOOP_CTL_GET_FREE);
  if (number < 0) base::throw_errno("asking for a free loop device");
  auto loop = base::try_open_file(loop_path(number), flags_for(access));
  if (!loop) return std::nullopt;
  const loop_config config = configuration(fd, access, writes);
  if (::ioctl(loop->get(), LOOP_CONFIGURE, &config) == 0) return Opened{number, std::move(*loop)};
  if (errno == EBUSY || errno == EAGAIN || errno == EINTR) return std::nullopt;
  base::throw_errno("setting up " + loop_path(number));
}

Opened attach_new(int fd, Access access, Writes writes) {
  const base::UniqueFd control = open_control();
  for (int tries = 0; tries < attach_tries; ++tries) {
    if (auto opened = try_attach(control.get(), fd, access, writes)) return std::move(*opened);
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + tries / 10));
  }
  throw base::Error(base::ErrorKind::unavailable, "no loop device is to be had");
}

// The loop of that number, if it is one of ours over this very file. Once it is open here, it stays
// what it is: the kernel clears it at the last close only.
std::optional<base::UniqueFd> open_shared(int number, const FileIdentity& file) {
  auto loop = base::try_open_file(loop_path(number), O_RDONLY);
  if (!loop) return std::nullopt;
  loop_info64 info{};
  if (::ioctl(loop->get(), LOOP_GET_STATUS64, &info) < 0) return std::nullopt;
  constexpr std::uint32_t wanted = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR;
  const bool same = info.lo_device == file.device && info.lo_inode == file.inode &&
                    info.lo_offset == 0 && info.lo_sizelimit == 0 &&
                    (info.lo_flags & wanted) == wanted;
  if (!same) return std::nullopt;
  return loop;
}

}  // namespace

LoopDevice LoopDevice::attach(int fd, Access access, Writes writes) {
  Opened opened = attach_new(fd, access, writes);
  const dev_t device = device_number(opened.fd.get());
  return {loop_path(opened.number), device, std::move(opened.fd)};
}

LoopDevice LoopDevice::share(const std::string& path, const std::string& index_path,
                             const base::Deadline& deadline) {
  const base::UniqueFd file = base::open_file(path, O_RDONLY);
  const FileIdentity identity = identify(file.get());
  const base::FileLock lock = base::FileLock::acquire(index_path, deadline, "loop devices");
  LoopIndex index = LoopIndex::read(lock.fd());
  if (auto number = index.find(identity))
    if (auto loop = open_shared(*number, identity)) {
      const dev_t device = device_number(loop->get());
      return {loop_path(*number), device, std::move(*loop)};
    }
  Opened opened = attach_new(file.get(), Access::read_only, Writes::cached);
  index.put(identity, opened.number);
  index.write(lock.fd());
  const dev_t device = device_number(opened.fd.get());
  return {loop_path(opened.number), device, std::move(opened.fd)};
}

}  // namespace xen
