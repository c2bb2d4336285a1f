#include "image/growing_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace image {

void GrowingFile::append(std::span<const std::byte> bytes) {
  base::write_all_at(fd_.get(), bytes, static_cast<off_t>(written_));
  written_ += bytes.size();
  const std::scoped_lock lock(mutex_);
  available_ = std::max(available_, written_);
  changed_.notify_all();
}

void GrowingFile::rewind() { written_ = 0; }

void GrowingFile::finish() {
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void GrowingFile::fail(const base::Error& error) {
  const std::scoped_lock lock(mutex_);
  failure_ = error;
  ended_ = true;
  changed_.notify_all();
}

std::size_t GrowingFile::read_at(std::uint64_t offset, std::span<std::byte> buffer) {
  std::uint64_t here = 0;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || available_ > offset; });
    if (failure_) throw *failure_;
    here = available_;
  }
  if (here <= offset) return 0;
  const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), here - offset);
  for (;;) {
    const ssize_t count = pread(fd_.get(), buffer.data(), wanted, static_cast<off_t>(offset));
    if (count > 0) return static_cast<std::size_t>(count);
    if (count == 0) throw base::Error(base::ErrorKind::corrupt, "a download lost bytes");
    if (errno != EINTR) base::throw_errno("reading a download");
  }
}

std::optional<base::Error> GrowingFile::wait_for_end() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_; });
  return failure_;
}

}  // namespace image
