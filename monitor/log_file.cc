#include "monitor/log_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "engine/log_record.h"

namespace monitor {
namespace {

constexpr base::Milliseconds patience{5'000};  // with who is to make another file
constexpr std::size_t tail_size = 2 * engine::longest_log_line;

std::uint64_t size_of(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

// The last bytes of a file; fewer where they cannot be read.
std::string read_tail(int fd) {
  const std::uint64_t size = size_of(fd);
  std::string tail(std::min<std::uint64_t>(size, tail_size), '\0');
  std::size_t filled = 0;
  while (filled < tail.size()) {
    const auto offset = static_cast<off_t>(size - tail.size() + filled);
    const ssize_t count = pread(fd, tail.data() + filled, tail.size() - filled, offset);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    filled += static_cast<std::size_t>(count);
  }
  tail.resize(filled);
  return tail;
}

}  // namespace

LogEnds read_log_ends(int fd) {
  const std::string tail = read_tail(fd);
  std::size_t end = tail.rfind('\n');
  while (end != std::string::npos) {
    const std::size_t before = end == 0 ? std::string::npos : tail.rfind('\n', end - 1);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    if (const auto record =
            engine::decode_log_record(std::string_view(tail).substr(begin, end - begin)))
      return record->ends;
    end = before;
  }
  return {};
}

LogFile::LogFile(base::UniqueFd fd, std::uint64_t max_bytes, const LogEnds& ends)
    : fd_(std::move(fd)), max_bytes_(max_bytes), ends_(ends), size_(size_of(fd_.get())) {
  // A record that was cut by a death stays behind, as a line of its own.
  char last = '\n';
  if (size_ > 0 && pread(fd_.get(), &last, 1, static_cast<off_t>(size_ - 1)) == 1 && last != '\n')
    pending_.push_back('\n');
}

bool LogFile::is_full() {
  if (max_bytes_ == 0 || size_ < max_bytes_ || !ask_again_.expired()) return false;
  ask_again_ = base::Deadline::after(patience);
  return true;
}

void LogFile::go_on_in(base::UniqueFd fd) {
  next_ = std::move(fd);
  ask_again_ = base::Deadline::after(base::Milliseconds(0));
}

void LogFile::mark() {
  pending_ +=
      encode(engine::LogRecord{.stream = 1, .time = base::wall_now(), .text = {}, .ends = ends_});
}

void LogFile::append(std::uint8_t stream, std::uint64_t offset, std::span<const std::byte> bytes) {
  std::uint64_t& end = ends_[stream == 2 ? 1 : 0];
  const std::uint64_t last = offset + bytes.size();
  if (last <= end) return;
  if (offset < end) bytes = bytes.subspan(static_cast<std::size_t>(end - offset));
  end = last;
  pending_ += encode(engine::LogRecord{
      .stream = stream,
      .time = base::wall_now(),
      .text = std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
      .ends = ends_});
}

bool LogFile::flush() {
  if (!write_pending()) return false;
  if (!next_) return true;
  fd_ = std::move(next_);
  size_ = size_of(fd_.get());
  mark();
  return write_pending();
}

bool LogFile::write_pending() {
  std::size_t written = 0;
  while (written < pending_.size()) {
    const ssize_t count = ::write(fd_.get(), pending_.data() + written, pending_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    written += static_cast<std::size_t>(count);
  }
  size_ += written;
  pending_.erase(0, written);
  return pending_.empty();
}

}  // namespace monitor
