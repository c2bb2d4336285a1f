#include "image/sqfs_object.h"

#include <fmt/core.h>
#include <sqfs/error.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>

#include "base/error.h"

namespace image {

struct SqfsFile::State {
  sqfs_file_t base{};  // first: libsquashfs hands a pointer to it back
  int fd = -1;
  std::uint64_t size = 0;
  std::uint64_t limit = 0;
  int error_number = 0;
  bool beyond_limit = false;
};

namespace {

SqfsFile::State& state_of(sqfs_file_t* file) { return *reinterpret_cast<SqfsFile::State*>(file); }

bool has_failed(const SqfsFile::State& state) {
  return state.error_number != 0 || state.beyond_limit;
}

int read_at(sqfs_file_t* file, sqfs_u64 offset, void* buffer, std::size_t size) {
  SqfsFile::State& state = state_of(file);
  auto* to = static_cast<char*>(buffer);
  if (has_failed(state)) {  // what should be there was never written
    std::memset(buffer, 0, size);
    return 0;
  }
  if (offset > state.size || size > state.size - offset) return SQFS_ERROR_OUT_OF_BOUNDS;
  while (size > 0) {
    const ssize_t count = pread(state.fd, to, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) state.error_number = errno;
    if (count <= 0) return count < 0 ? SQFS_ERROR_IO : SQFS_ERROR_OUT_OF_BOUNDS;
    to += count;
    offset += static_cast<sqfs_u64>(count);
    size -= static_cast<std::size_t>(count);
  }
  return 0;
}

// A failure is only remembered: libsquashfs 1.2.0 loses memory when it is told. check() tells.
int write_at(sqfs_file_t* file, sqfs_u64 offset, const void* buffer, std::size_t size) {
  SqfsFile::State& state = state_of(file);
  const auto* from = static_cast<const char*>(buffer);
  state.size = std::max(state.size, offset + size);
  state.beyond_limit = state.beyond_limit || state.size > state.limit;
  while (size > 0 && !has_failed(state)) {
    const ssize_t count = pwrite(state.fd, from, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      state.error_number = errno;
      break;
    }
    from += count;
    offset += static_cast<sqfs_u64>(count);
    size -= static_cast<std::size_t>(count);
  }
  return 0;
}

sqfs_u64 size_of(const sqfs_file_t* file) {
  return reinterpret_cast<const SqfsFile::State*>(file)->size;
}

int truncate(sqfs_file_t* file, sqfs_u64 size) {
  SqfsFile::State& state = state_of(file);
  if (!has_failed(state) && ftruncate(state.fd, static_cast<off_t>(size)) != 0)
    state.error_number = errno;
  state.size = size;
  return 0;
}

struct Meaning {
  int number;
  base::ErrorKind kind;
  const char* text;
};

constexpr Meaning meanings[] = {
    {SQFS_ERROR_ALLOC, base::ErrorKind::unavailable, "out of memory"},
    {SQFS_ERROR_IO, base::ErrorKind::failure, "input/output error"},
    {SQFS_ERROR_COMPRESSOR, base::ErrorKind::corrupt, "a block does not decompress"},
    {SQFS_ERROR_CORRUPTED, base::ErrorKind::corrupt, "the squashfs is damaged"},
    {SQFS_ERROR_UNSUPPORTED, base::ErrorKind::unsupported, "squashfs has no way to say it"},
    {SQFS_ERROR_OVERFLOW, base::ErrorKind::unsupported, "more than squashfs can hold"},
    {SQFS_ERROR_OUT_OF_BOUNDS, base::ErrorKind::corrupt, "the squashfs points outside itself"},
    {SFQS_ERROR_SUPER_MAGIC, base::ErrorKind::corrupt, "not a squashfs"},
    {SFQS_ERROR_SUPER_VERSION, base::ErrorKind::corrupt, "a squashfs of another version"},
    {SQFS_ERROR_SUPER_BLOCK_SIZE, base::ErrorKind::corrupt, "a squashfs of odd block size"},
};

[[noreturn]] void raise(int result, std::string_view what) {
  for (const Meaning& meaning : meanings)
    if (meaning.number == result)
      throw base::Error(meaning.kind, fmt::format("{}: {}", what, meaning.text));
  throw base::Error(fmt::format("{}: libsquashfs error {}", what, result));
}

}  // namespace

SqfsFile::SqfsFile(int fd, std::uint64_t size, std::uint64_t limit)
    : state_(std::make_unique<State>()) {
  state_->base.read_at = read_at;
  state_->base.write_at = write_at;
  state_->base.get_size = size_of;
  state_->base.truncate = truncate;
  state_->base.base.destroy = [](sqfs_object_t*) {};
  state_->fd = fd;
  state_->size = size;
  state_->limit = limit;
}

SqfsFile::~SqfsFile() = default;

sqfs_file_t* SqfsFile::get() const { return &state_->base; }

std::uint64_t SqfsFile::size() const { return state_->size; }

void SqfsFile::check(int result, std::string_view what) const {
  if (state_->error_number != 0) throw base::errno_error(state_->error_number, what);
  if (state_->beyond_limit)
    throw base::Error(base::ErrorKind::corrupt,
                      fmt::format("{}: it would exceed {} bytes", what, state_->limit));
  if (result < 0) raise(result, what);
}

}  // namespace image
