#include "image/tar_writer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>
#include <string>

#include "base/fd.h"
#include "image/tar_header.h"

namespace image {
namespace {

constexpr std::uint64_t largest_octal = (std::uint64_t{1} << 33) - 1;

struct Field {
  std::size_t at;
  std::size_t room;
};
constexpr Field name_field{.at = 0, .room = 100};
constexpr Field size_field{.at = 124, .room = 12};
constexpr Field checksum_field{.at = 148, .room = 8};

// What is the same in each header.
struct Constant {
  std::size_t at;
  std::string_view text;
};
constexpr std::array<Constant, 6> constants{{{100, "0000644"},
                                             {108, "0000000"},
                                             {116, "0000000"},
                                             {136, "00000000000"},
                                             {156, "0"},
                                             {257, std::string_view("ustar\0"
                                                                    "00",
                                                                    8)}}};

void put_text(std::string& block, std::size_t at, std::string_view text) {
  block.replace(at, text.size(), text);
}

// With a NUL after it.
void put_octal(std::string& block, const Field& field, std::uint64_t value) {
  for (std::size_t i = field.room - 1; i-- > 0; value /= 8)
    block[field.at + i] = static_cast<char>('0' + value % 8);
}

void put_binary(std::string& block, const Field& field, std::uint64_t value) {
  for (std::size_t i = field.room; i-- > 1; value >>= 8)
    block[field.at + i] = static_cast<char>(value & 0xff);
  block[field.at] = '\x80';
}

std::string header(std::string_view name, std::uint64_t size) {
  assert(name.size() <= name_field.room);
  std::string block(tar_block, '\0');
  put_text(block, name_field.at, name);
  for (const Constant& constant : constants) put_text(block, constant.at, constant.text);
  if (size <= largest_octal)
    put_octal(block, size_field, size);
  else
    put_binary(block, size_field, size);
  put_text(block, checksum_field.at, std::string(checksum_field.room, ' '));
  const auto sum = std::accumulate(block.begin(), block.end(), 0u, [](unsigned total, char c) {
    return total + static_cast<unsigned char>(c);
  });
  put_octal(block, {.at = checksum_field.at, .room = checksum_field.room - 1}, sum);
  block[checksum_field.at + checksum_field.room - 2] = '\0';
  return block;
}

}  // namespace

void TarWriter::put(std::string_view bytes) {
  base::write_all(fd_, bytes);
  bytes_ += bytes.size();
}

void TarWriter::begin(std::string_view name, std::uint64_t size) {
  put(header(name, size));
  size_ = size;
  come_ = 0;
}

void TarWriter::append(std::span<const std::byte> bytes) {
  assert(bytes.size() <= size_ - come_);
  base::write_all(fd_, bytes);
  bytes_ += bytes.size();
  come_ += bytes.size();
}

void TarWriter::end() {
  assert(come_ == size_);
  if (const std::uint64_t over = size_ % tar_block; over > 0)
    put(std::string(tar_block - over, '\0'));
}

void TarWriter::file(std::string_view name, std::string_view content) {
  begin(name, content.size());
  append(base::as_bytes(content));
  end();
}

void TarWriter::finish() { put(std::string(2 * tar_block, '\0')); }

}  // namespace image
