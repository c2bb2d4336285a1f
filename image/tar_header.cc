#include "image/tar_header.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.h"

namespace image {

namespace {

constexpr std::size_t old_extent = 24;  // an entry of old GNU sparse maps

std::string_view view_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view until_nul(std::string_view field) { return field.substr(0, field.find('\0')); }

// GNU's base 256: two's complement, the first bit set, the second the sign.
std::optional<std::int64_t> parse_base256(std::string_view field) {
  const bool negative = (static_cast<unsigned char>(field[0]) & 0x40) != 0;
  const unsigned char flip = negative ? 0xff : 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<unsigned char>(static_cast<unsigned char>(field[i]) ^ flip);
    if (i == 0) byte &= 0x7f;
    if (value >> 56 != 0) return std::nullopt;
    value = value << 8 | byte;
  }
  if (value > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  const auto magnitude = static_cast<std::int64_t>(value);
  return negative ? ~magnitude : magnitude;
}

// Octal between spaces and NULs; nothing is 0.
std::optional<std::int64_t> parse_octal(std::string_view field) {
  const std::size_t start =
      std::min(field.find_first_not_of(std::string_view(" \0", 2)), field.size());
  field = until_nul(field.substr(start));
  field = field.substr(0, field.find_last_not_of(' ') + 1);
  std::uint64_t value = 0;
  for (const char digit : field) {
    if (digit < '0' || digit > '7' || value >> 60 != 0) return std::nullopt;
    value = value << 3 | static_cast<std::uint64_t>(digit - '0');
  }
  return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> parse_number(std::string_view field) {
  const bool binary = (static_cast<unsigned char>(field[0]) & 0x80) != 0;
  return binary ? parse_base256(field) : parse_octal(field);
}

std::uint64_t not_negative(std::optional<std::int64_t> value) {
  if (!value || *value < 0) tar_is_corrupt("a header has an impossible number");
  return static_cast<std::uint64_t>(*value);
}

// {offset, length} in 12 bytes each; the first without an offset ends the list.
std::vector<SparseExtent> parse_old_extents(std::string_view field) {
  std::vector<SparseExtent> extents;
  for (; field.size() >= old_extent && field[0] != '\0'; field.remove_prefix(old_extent))
    extents.push_back({.offset = not_negative(parse_number(field.substr(0, 12))),
                       .length = not_negative(parse_number(field.substr(12, 12)))});
  return extents;
}

}  // namespace

void tar_is_corrupt(std::string_view what) {
  throw base::Error(base::ErrorKind::corrupt, fmt::format("not a sound tar archive: {}", what));
}

TarHeader::TarHeader(std::span<const std::byte> block) : block_(view_of(block)) {
  if (block_.size() != tar_block || !has_sound_checksum())
    tar_is_corrupt("a header has a wrong checksum");
}

bool TarHeader::has_sound_checksum() const {
  constexpr std::size_t at = 148;
  constexpr std::size_t room = 8;
  std::int64_t plain = std::int64_t{' '} * static_cast<std::int64_t>(room);
  std::int64_t with_signs = plain;  // as some programs of old computed it
  for (std::size_t i = 0; i < block_.size(); ++i) {
    if (i >= at && i < at + room) continue;
    plain += static_cast<unsigned char>(block_[i]);
    with_signs += static_cast<signed char>(block_[i]);
  }
  const auto stored = parse_octal(std::string_view(block_).substr(at, room));
  return stored && (*stored == plain || *stored == with_signs);
}

bool TarHeader::is_gnu() const {
  return std::string_view(block_).substr(257, 8) == std::string_view("ustar  \0", 8);
}

bool TarHeader::is_old() const { return std::string_view(block_).substr(257, 5) != "ustar"; }

std::string TarHeader::text(std::size_t at, std::size_t room) const {
  return std::string(until_nul(std::string_view(block_).substr(at, room)));
}

std::int64_t TarHeader::number(std::size_t at, std::size_t room) const {
  const auto value = parse_number(std::string_view(block_).substr(at, room));
  if (!value) tar_is_corrupt("a header has an impossible number");
  return *value;
}

std::uint64_t TarHeader::size() const { return not_negative(number(124, 12)); }

std::string TarHeader::name() const {
  const std::string_view block(block_);
  std::size_t prefix_room = 155;
  if (is_old()) {
    prefix_room = 0;
  } else if (block.substr(508, 4) == std::string_view("tar\0", 4)) {
    prefix_room = 131;  // star keeps times behind it
  } else if (is_gnu()) {
    // Times stand there, unless it was written by Go before 1.8.
    const bool times = parse_number(block.substr(345, 12)) && parse_number(block.substr(357, 12));
    if (times) prefix_room = 0;
  }
  const std::string prefix = text(345, prefix_room);
  return prefix.empty() ? text(0, 100) : prefix + "/" + text(0, 100);
}

OldSparse TarHeader::old_sparse() const {
  if (!is_gnu()) tar_is_corrupt("a sparse file in a header that is not GNU's");
  return {.extents = parse_old_extents(std::string_view(block_).substr(386, 4 * old_extent)),
          .continued = block_[482] != '\0',
          .real_size = not_negative(number(483, 12))};
}

bool is_zero_block(std::span<const std::byte> block) {
  return std::all_of(block.begin(), block.end(), [](std::byte b) { return b == std::byte{0}; });
}

OldSparse parse_sparse_continuation(std::span<const std::byte> block) {
  const std::string_view bytes = view_of(block);
  return {.extents = parse_old_extents(bytes.substr(0, 21 * old_extent)),
          .continued = bytes[504] != '\0'};
}

}  // namespace image
