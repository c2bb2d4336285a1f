#include "xen/dm_ioctl.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace xen {
namespace {

constexpr std::size_t alignment = 8;

std::size_t aligned(std::size_t size) { return (size + alignment - 1) / alignment * alignment; }

}  // namespace

std::string encode_dm_targets(const std::vector<DmTarget>& targets) {
  std::string data;
  for (const DmTarget& target : targets) {
    dm_target_spec spec{};
    const std::size_t size = aligned(sizeof spec + target.parameters.size() + 1);
    spec.sector_start = target.start;
    spec.length = target.length;
    spec.next = static_cast<std::uint32_t>(size);  // from the start of this one
    std::copy_n(target.type.begin(), std::min(target.type.size(), sizeof spec.target_type - 1),
                spec.target_type);
    std::string bytes(size, '\0');
    std::memcpy(bytes.data(), &spec, sizeof spec);
    std::memcpy(bytes.data() + sizeof spec, target.parameters.data(), target.parameters.size());
    data += bytes;
  }
  return data;
}

std::vector<std::string> parse_dm_names(std::string_view data) {
  std::vector<std::string> names;
  constexpr std::size_t fixed = offsetof(dm_name_list, name);
  for (std::size_t at = 0; at + fixed < data.size();) {
    std::uint64_t device = 0;
    std::uint32_t next = 0;
    std::memcpy(&device, data.data() + at + offsetof(dm_name_list, dev), sizeof device);
    std::memcpy(&next, data.data() + at + offsetof(dm_name_list, next), sizeof next);
    if (device == 0) break;  // there are none
    const std::string_view rest = data.substr(at + fixed);
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos)
      throw base::Error(base::ErrorKind::corrupt, "device-mapper's list of devices has no end");
    names.emplace_back(rest.substr(0, end));
    if (next == 0) break;
    at += next;
  }
  return names;
}

DmControl::DmControl() {
  auto fd = base::try_open_file("/dev/mapper/control", O_RDWR);
  if (!fd)
    throw base::Error(base::ErrorKind::unavailable,
                      "dom0's kernel has no device-mapper (modprobe dm-mod)");
  fd_ = std::move(*fd);
}

int DmControl::call(unsigned long request, dm_ioctl& header, std::string& data) {
  header.version[0] = DM_VERSION_MAJOR;
  header.data_start = sizeof header;
  header.data_size = static_cast<std::uint32_t>(sizeof header + data.size());
  std::string buffer(header.data_size, '\0');
  std::memcpy(buffer.data(), &header, sizeof header);
  if (!data.empty()) std::memcpy(buffer.data() + sizeof header, data.data(), data.size());
  if (::ioctl(fd_.get(), request, buffer.data()) < 0) return errno;
  std::memcpy(&header, buffer.data(), sizeof header);
  data = buffer.substr(std::min<std::size_t>(header.data_start, buffer.size()));
  return 0;
}

int DmControl::call(unsigned long request, dm_ioctl& header) {
  std::string none;
  return call(request, header, none);
}

}  // namespace xen
