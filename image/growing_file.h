// A blob on its way: a download fills it while a converter already reads it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include "base/error.h"
#include "base/fd.h"
#include "image/byte_source.h"

namespace image {

// One thread writes, one reads. Ends by finish() or fail().
class GrowingFile {
 public:
  // An empty file, open for reading and writing.
  explicit GrowingFile(base::UniqueFd fd) : fd_(std::move(fd)) {}

  void append(std::span<const std::byte> bytes);
  // The next append() starts again from the beginning, with the same bytes as before: what was read
  // meanwhile stays read, so whoever reads must check what he has read.
  void rewind();
  // All is there and was found to be what it should be.
  void finish();
  void fail(const base::Error& error);

  // Waits for bytes at `offset`; 0 at the end, which comes only after finish(). Throws what it
  // failed with.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer);
  // Waits for the end; what it failed with, if it did.
  std::optional<base::Error> wait_for_end();

 private:
  base::UniqueFd fd_;
  std::uint64_t written_ = 0;  // the writer's alone
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t available_ = 0;
  bool ended_ = false;
  std::optional<base::Error> failure_;
};

class GrowingSource : public ByteSource {
 public:
  explicit GrowingSource(GrowingFile& file) : file_(file) {}
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = file_.read_at(offset_, buffer);
    offset_ += count;
    return count;
  }

 private:
  GrowingFile& file_;
  std::uint64_t offset_ = 0;
};

}  // namespace image
