#include "xen/gpt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace xen {
namespace {

// All little-endian; offsets from the UEFI specification, tables 5.3, 5.5 and 5.6.
constexpr std::uint64_t sector = 512;
constexpr std::uint64_t alignment = 4096;
constexpr std::size_t header_bytes = 92;
constexpr std::size_t entry_bytes = 128;
constexpr std::size_t entry_count = 128;
constexpr std::uint64_t entries_sectors = entry_count * entry_bytes / sector;
// Protective MBR, header and entries take 34 sectors; the first partition starts aligned.
constexpr std::uint64_t head_bytes = 40 * sector;
// Entries and header take 33 sectors, at the very end.
constexpr std::uint64_t tail_bytes = 40 * sector;
// "Linux filesystem data", 0FC63DAF-8483-4772-8E79-3D69D8477DE4.
constexpr std::array<std::uint8_t, 16> linux_data = {
    0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47, 0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4};
constexpr std::uint64_t read_only_attribute = std::uint64_t{1} << 60;

template <typename Integer>
void put(std::string& bytes, std::size_t at, Integer value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes[at + i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
}

// The first three groups of a GUID are little-endian on disk (RFC 4122 text order is not).
void put_guid(std::string& bytes, std::size_t at, const base::Uuid& guid) {
  static constexpr std::array<std::size_t, 16> order = {3, 2, 1,  0,  5,  4,  7,  6,
                                                        8, 9, 10, 11, 12, 13, 14, 15};
  for (std::size_t i = 0; i < order.size(); ++i)
    bytes[at + i] = static_cast<char>(guid.bytes()[order[i]]);
}

// CRC-32 as Ethernet has it (polynomial 0xEDB88320, reflected).
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
  }
  return ~crc;
}

std::string make_entries(const GptImage& image, const std::vector<GptPartition>& partitions) {
  std::string entries(entry_count * entry_bytes, '\0');
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const std::size_t at = i * entry_bytes;
    const std::uint64_t first = image.starts[i] / sector;
    for (std::size_t j = 0; j < linux_data.size(); ++j)
      entries[at + j] = static_cast<char>(linux_data[j]);
    put_guid(entries, at + 16, partitions[i].guid);
    put(entries, at + 32, first);
    put(entries, at + 40, first + partitions[i].bytes / sector - 1);
    put(entries, at + 48, read_only_attribute);
    const std::string name = "vxn-" + std::to_string(i + 1);
    for (std::size_t j = 0; j < name.size(); ++j) entries[at + 56 + 2 * j] = name[j];  // UTF-16
  }
  return entries;
}

struct HeaderPlaces {
  std::uint64_t self, other, entries;  // sectors
};

std::string make_header(const base::Uuid& disk_guid, std::uint64_t sectors,
                        const HeaderPlaces& places, std::uint32_t entries_crc) {
  std::string header(sector, '\0');
  header.replace(0, 8, "EFI PART");
  put(header, 8, std::uint32_t{0x00010000});  // revision 1.0
  put(header, 12, static_cast<std::uint32_t>(header_bytes));
  put(header, 24, places.self);
  put(header, 32, places.other);
  put(header, 40, std::uint64_t{2} + entries_sectors);  // first usable
  put(header, 48, sectors - 1 - entries_sectors - 1);   // last usable
  put_guid(header, 56, disk_guid);
  put(header, 72, places.entries);
  put(header, 80, static_cast<std::uint32_t>(entry_count));
  put(header, 84, static_cast<std::uint32_t>(entry_bytes));
  put(header, 88, entries_crc);
  put(header, 16, crc32(std::string_view(header).substr(0, header_bytes)));
  return header;
}

// One entry of type 0xEE over the whole disk. Its CHS fields are fixed: 0/0/2 to the highest.
std::string make_protective_mbr(std::uint64_t sectors) {
  constexpr std::size_t entry = 446;
  std::string mbr(sector, '\0');
  put(mbr, entry + 0, std::uint32_t{0x00020000});
  put(mbr, entry + 4, std::uint32_t{0xffffffee});
  put(mbr, entry + 8, std::uint32_t{1});
  const std::uint64_t size = std::min<std::uint64_t>(sectors - 1, 0xffffffff);
  put(mbr, entry + 12, static_cast<std::uint32_t>(size));
  put(mbr, 510, std::uint16_t{0xaa55});
  return mbr;
}

void check(const std::vector<GptPartition>& partitions) {
  if (partitions.empty() || partitions.size() > gpt_partition_limit)
    throw base::Error(base::ErrorKind::usage, fmt::format("a disk has 1 to {} layers, not {}",
                                                          gpt_partition_limit, partitions.size()));
  for (const GptPartition& partition : partitions)
    if (partition.bytes == 0 || partition.bytes % alignment != 0)
      throw base::Error(base::ErrorKind::usage,
                        fmt::format("a layer of {} bytes is no whole number of {}-byte blocks",
                                    partition.bytes, alignment));
}

}  // namespace

GptImage make_gpt(const base::Uuid& disk_guid, const std::vector<GptPartition>& partitions,
                  std::uint64_t total_bytes) {
  check(partitions);
  GptImage image;
  std::uint64_t end = head_bytes;
  for (const GptPartition& partition : partitions) {
    image.starts.push_back(end);
    end += partition.bytes;
  }
  if (total_bytes != 0 && (total_bytes < end + tail_bytes || total_bytes % alignment != 0))
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("layers of {} bytes are too large for a disk of {}",
                                  end - head_bytes, total_bytes));
  image.total_bytes = std::max(end + tail_bytes, total_bytes);
  const std::uint64_t sectors = image.total_bytes / sector;
  const std::uint64_t last = sectors - 1;
  const std::uint64_t tail_entries = last - entries_sectors;
  const std::string entries = make_entries(image, partitions);
  const std::uint32_t crc = crc32(entries);

  image.head = make_protective_mbr(sectors) +
               make_header(disk_guid, sectors, {.self = 1, .other = last, .entries = 2}, crc) +
               entries;
  image.head.resize(head_bytes);
  image.tail.assign(tail_bytes - entries.size() - sector, '\0');
  image.tail += entries;
  image.tail +=
      make_header(disk_guid, sectors, {.self = last, .other = 1, .entries = tail_entries}, crc);
  return image;
}

}  // namespace xen
