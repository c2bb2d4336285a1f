#include "xen/dm_device.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/error.h"
#include "xen/dm_ioctl.h"

namespace xen {
namespace {

constexpr std::string_view name_prefix = "vxn-";
constexpr std::string_view uuid_prefix = "VXN-";
// What udev's rules are told about it, in the upper half of event_nr (libdevmapper.h,
// DM_UDEV_DISABLE_*): no links, no probing, nothing activated; and that it is we who say so.
constexpr std::uint32_t udev_flags = std::uint32_t{0x01 | 0x02 | 0x04 | 0x08 | 0x20 | 0x40} << 16;

dm_ioctl named(const std::string& name) {
  const std::string full = std::string(name_prefix) + name;
  dm_ioctl header{};
  if (full.size() >= sizeof header.name || name.find_first_of("/ ") != std::string::npos)
    throw base::Error(base::ErrorKind::usage, "no name for a mapped device: " + full);
  std::copy(full.begin(), full.end(), header.name);
  return header;
}

[[noreturn]] void fail(int error, std::string_view verb, const std::string& name) {
  if (error == EBUSY && verb == "making")
    throw base::Error(base::ErrorKind::already_exists,
                      fmt::format("the mapped device {}{} exists already", name_prefix, name));
  if (error == ENXIO)
    throw base::Error(base::ErrorKind::not_found,
                      fmt::format("{} mapped device {}{}: there is none", verb, name_prefix, name));
  throw base::errno_error(error, fmt::format("{} mapped device {}{}", verb, name_prefix, name));
}

void make(DmControl& control, const std::string& name) {
  dm_ioctl header = named(name);
  const std::string uuid = std::string(uuid_prefix) + name;
  std::copy_n(uuid.begin(), std::min(uuid.size(), sizeof header.uuid - 1), header.uuid);
  if (int error = control.call(DM_DEV_CREATE, header)) fail(error, "making", name);
}

DmTarget target_of(const DmSegment& segment, std::uint64_t start) {
  DmTarget target{.start = start, .length = segment.length, .type = "error", .parameters = {}};
  if (segment.device == 0) return target;
  target.type = "linear";
  target.parameters =
      fmt::format("{}:{} {}", major(segment.device), minor(segment.device), segment.offset);
  return target;
}

void load(DmControl& control, const std::string& name, const std::vector<DmSegment>& segments,
          Access access) {
  std::vector<DmTarget> targets;
  std::uint64_t start = 0;
  for (const DmSegment& segment : segments) {
    targets.push_back(target_of(segment, start));
    start += segment.length;
  }
  dm_ioctl header = named(name);
  if (access == Access::read_only) header.flags = DM_READONLY_FLAG;
  header.target_count = static_cast<std::uint32_t>(targets.size());
  std::string data = encode_dm_targets(targets);
  if (int error = control.call(DM_TABLE_LOAD, header, data)) fail(error, "loading", name);
}

// Its number.
dev_t resume(DmControl& control, const std::string& name) {
  dm_ioctl header = named(name);
  header.event_nr = udev_flags;
  if (int error = control.call(DM_DEV_SUSPEND, header)) fail(error, "starting", name);
  return header.dev;
}

// devtmpfs has its node at once; elsewhere somebody makes it.
base::UniqueFd open_node(const std::string& path, dev_t device, const base::Deadline& deadline) {
  for (;;) {
    const bool last_try = deadline.expired();
    if (auto fd = base::try_open_file(path, O_RDONLY)) {
      struct stat status {};
      if (::fstat(fd->get(), &status) == 0 && status.st_rdev == device) return std::move(*fd);
    }
    if (last_try)
      throw base::Error(base::ErrorKind::unavailable, path + " did not appear (is /dev devtmpfs?)");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::string uuid_of(DmControl& control, const std::string& name) {
  dm_ioctl header = named(name);
  if (control.call(DM_DEV_STATUS, header) != 0) return "";
  return {header.uuid, ::strnlen(header.uuid, sizeof header.uuid)};
}

}  // namespace

DmDevice DmDevice::create(const std::string& name, const std::vector<DmSegment>& segments,
                          const base::Deadline& deadline, Access access) {
  DmControl control;
  make(control, name);
  DmDevice device;
  device.name_ = name;  // from here on its destructor removes it
  load(control, name, segments, access);
  device.device_ = resume(control, name);
  device.open(deadline);
  return device;
}

std::optional<DmDevice> DmDevice::find(const std::string& name, const base::Deadline& deadline) {
  dm_ioctl header = named(name);
  const int error = DmControl().call(DM_DEV_STATUS, header);
  if (error == ENXIO) return std::nullopt;
  if (error != 0) fail(error, "looking at", name);
  DmDevice device;
  device.device_ = header.dev;
  device.open(deadline);
  return device;
}

void DmDevice::open(const base::Deadline& deadline) {
  path_ = fmt::format("/dev/dm-{}", minor(device_));
  fd_ = open_node(path_, device_, deadline);
}

DmDevice::DmDevice(DmDevice&& other) noexcept
    : name_(std::exchange(other.name_, {})),
      path_(std::move(other.path_)),
      device_(other.device_),
      fd_(std::move(other.fd_)) {}

DmDevice::~DmDevice() {
  fd_.reset();
  try {
    if (!name_.empty()) remove_dm_device(name_);
  } catch (const base::Error&) {
    // Whoever cleans up by list_dm_devices() meets it again.
  }
}

void DmDevice::defer_removal() {
  remove_dm_device(name_);
  name_.clear();
}

std::vector<std::string> list_dm_devices() {
  DmControl control;
  std::string data(std::size_t{16} << 10, '\0');
  dm_ioctl header{};
  for (;;) {
    const std::size_t size = data.size();
    header = {};
    if (int error = control.call(DM_LIST_DEVICES, header, data))
      throw base::errno_error(error, "listing mapped devices");
    if ((header.flags & DM_BUFFER_FULL_FLAG) == 0) break;
    data.assign(2 * size, '\0');
  }
  std::vector<std::string> ours;
  for (const std::string& full : parse_dm_names(data)) {
    if (!full.starts_with(name_prefix)) continue;
    const std::string name = full.substr(name_prefix.size());
    if (uuid_of(control, name) == std::string(uuid_prefix) + name) ours.push_back(name);
  }
  std::sort(ours.begin(), ours.end());
  return ours;
}

void exchange_dm_table(const std::string& name, const std::vector<DmSegment>& segments,
                       Access access) {
  DmControl control;
  load(control, name, segments, access);
  resume(control, name);
}

void remove_dm_device(const std::string& name) {
  dm_ioctl header = named(name);
  header.flags = DM_DEFERRED_REMOVE;
  header.event_nr = udev_flags;
  const int error = DmControl().call(DM_DEV_REMOVE, header);
  if (error != 0 && error != ENXIO) fail(error, "removing", name);
}

}  // namespace xen
