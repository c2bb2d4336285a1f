// One block of 512 bytes as a tar header: POSIX.1-2001 ustar, GNU (tar.h of GNU tar), v7. What
// other readers of layers accept (Go's archive/tar) is accepted here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace image {

inline constexpr std::size_t tar_block = 512;

[[noreturn]] void tar_is_corrupt(std::string_view what);

// Where a sparse file has data; what lies between is a hole.
struct SparseExtent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// A header of the old GNU sparse format, or a block that continues one.
struct OldSparse {
  std::vector<SparseExtent> extents;
  bool continued = false;       // another such block follows
  std::uint64_t real_size = 0;  // only in the header
};

class TarHeader {
 public:
  // Copies the block. Throws corrupt where its checksum is wrong.
  explicit TarHeader(std::span<const std::byte> block);

  char type() const { return block_[156]; }
  // The prefix is part of it.
  std::string name() const;
  std::string link_name() const { return text(157, 100); }
  // Each throws corrupt for what is no number or does not fit.
  std::uint64_t size() const;
  std::int64_t mode() const { return number(100, 8); }
  std::int64_t uid() const { return number(108, 8); }
  std::int64_t gid() const { return number(116, 8); }
  std::int64_t mtime() const { return number(136, 12); }
  std::int64_t device_major() const { return is_old() ? 0 : number(329, 8); }
  std::int64_t device_minor() const { return is_old() ? 0 : number(337, 8); }
  OldSparse old_sparse() const;

 private:
  std::string text(std::size_t at, std::size_t room) const;
  std::int64_t number(std::size_t at, std::size_t room) const;
  bool has_sound_checksum() const;
  bool is_gnu() const;
  bool is_old() const;  // v7: no magic, no devices

  std::string block_;
};

bool is_zero_block(std::span<const std::byte> block);
// A block that continues an old GNU sparse header.
OldSparse parse_sparse_continuation(std::span<const std::byte> block);

}  // namespace image
