// What a container has said, and says.
#include <fmt/core.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>

#include "base/error.h"
#include "base/signals.h"
#include "engine/engine_parts.h"
#include "engine/log_reader.h"

namespace engine {
namespace {

constexpr base::Milliseconds look_again{1'000};  // for what no event tells

std::size_t lines_in(const std::string& text) {
  const auto breaks = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return breaks + (text.empty() || text.back() == '\n' ? 0 : 1);
}

// The last lines of what it is given.
class Tail {
 public:
  explicit Tail(std::uint64_t limit) : limit_(limit) {}

  void add(LogRecord record) {
    lines_ += lines_in(record.text);
    records_.push_back(std::move(record));
    while (lines_ > limit_) drop_line();
  }
  const std::deque<LogRecord>& records() const { return records_; }

 private:
  void drop_line() {
    std::string& text = records_.front().text;
    text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
    --lines_;
    if (text.empty()) records_.pop_front();
  }

  std::uint64_t limit_;
  std::uint64_t lines_ = 0;
  std::deque<LogRecord> records_;
};

// Wakes when something in the container's directory has changed, or after a while.
class DirectoryWatch {
 public:
  explicit DirectoryWatch(const std::string& path) : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (fd_) inotify_add_watch(fd_.get(), path.c_str(), IN_MODIFY | IN_MOVE | IN_CREATE);
  }
  void wait() {
    base::wait_readable(fd_.get(), base::Deadline::after(look_again));
    std::array<char, 4096> events;
    while (::read(fd_.get(), events.data(), events.size()) > 0) {
    }
  }

 private:
  base::UniqueFd fd_;
};

}  // namespace

void Engine::logs(const std::string& name_or_id, const LogRequest& request, const LogSink& sink) {
  const Container found = container(name_or_id);
  const ContainerConfig& config = found.config;
  if (!config.log.kept)
    throw base::Error(base::ErrorKind::unsupported,
                      "configured logging driver does not support reading");
  LogReader reader(parts_->containers, config);
  const auto wanted = [&](const LogRecord& record) {
    return record.time >= request.since.value_or(record.time) &&
           record.time <= request.until.value_or(record.time);
  };
  DirectoryWatch changes(parts_->containers.data_directory(config.id));
  if (request.tail) {
    Tail tail(*request.tail);
    while (auto record = reader.next())
      if (wanted(*record)) tail.add(std::move(*record));
    for (const LogRecord& record : tail.records()) sink(record);
  }
  for (bool last = !request.follow;;) {
    while (const auto record = reader.next())
      if (wanted(*record)) sink(*record);
    if (last) return;
    const auto now = parts_->containers.load(config.id);
    last = !now || is_over(now->state) || (request.until && base::wall_now() > *request.until);
    if (last) continue;  // what came before we looked
    sink({});
    changes.wait();
    if (!parts_->containers.locked(config.id)) recover();
  }
}

std::string Engine::log_path(const std::string& id) const {
  return parts_->containers.log_path(id);
}

}  // namespace engine
