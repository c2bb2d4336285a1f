#include "engine/log_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>

#include "base/file.h"

namespace engine {
namespace {

constexpr std::size_t read_size = 256u << 10;

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

}  // namespace

std::optional<LogRecord> LogReader::next() {
  for (;;) {
    const std::size_t end = buffer_.find('\n', at_);
    if (end != std::string::npos) {
      auto record = decode_log_record(std::string_view(buffer_).substr(at_, end - at_));
      at_ = end + 1;
      if (record && !record->text.empty()) return record;
    } else if (!read_more()) {
      return std::nullopt;
    }
  }
}

bool LogReader::read_more() {
  buffer_.erase(0, std::exchange(at_, 0));
  if (buffer_.size() > longest_log_line) buffer_.clear();  // no line of ours
  if (!file_) return open_next();
  std::array<std::byte, read_size> bytes;
  const auto size = base::read_some(file_.get(), bytes);
  if (size && *size > 0) {
    buffer_.append(reinterpret_cast<const char*>(bytes.data()), *size);
    return true;
  }
  return open_next();
}

// Which of the files ours is by now; nullopt where it is gone.
std::optional<unsigned> LogReader::age() const {
  struct stat ours {};
  if (fstat(file_.get(), &ours) != 0) return std::nullopt;
  for (unsigned age = 0; age < config_.log.max_files; ++age) {
    const auto status = status_of(store_.log_path(config_.id, age));
    if (status && status->st_ino == ours.st_ino && status->st_dev == ours.st_dev) return age;
  }
  return std::nullopt;
}

// The writer begins a newer file with its first record, after the last one of ours.
bool LogReader::open_next() {
  unsigned next = config_.log.max_files;
  if (file_) {
    const auto now = age();
    if (now && *now == 0) return false;
    if (now) next = *now;
    const auto newer = status_of(store_.log_path(config_.id, next - 1));
    if (now && (!newer || newer->st_size == 0)) return false;
    if (!std::exchange(ending_, true)) return true;
  }
  while (next-- > 0) {
    auto file = base::try_open_file(store_.log_path(config_.id, next), O_RDONLY);
    if (!file) continue;
    file_ = std::move(*file);
    ending_ = false;
    buffer_.clear();
    return true;
  }
  return false;
}

}  // namespace engine
