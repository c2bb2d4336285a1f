// An archive of plain files (POSIX ustar; sizes beyond 8 GiB as GNU tar and Go write them), the
// same bytes each time: nobody's, of 1970, 0644.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace image {

class TarWriter {
 public:
  // Borrowed; blocking.
  explicit TarWriter(int fd) : fd_(fd) {}

  // A file of `size` bytes, which append() brings. `name` has at most 100 bytes (asserted).
  void begin(std::string_view name, std::uint64_t size);
  void append(std::span<const std::byte> bytes);
  void end();  // all of them have come (asserted)
  void file(std::string_view name, std::string_view content);
  // The end-of-archive mark.
  void finish();

  std::uint64_t bytes() const { return bytes_; }

 private:
  void put(std::string_view bytes);

  int fd_;
  std::uint64_t bytes_ = 0;
  std::uint64_t size_ = 0;  // of the file that has begun
  std::uint64_t come_ = 0;  // of it
};

}  // namespace image
