#include "guest-init/poll_set.h"

#include <algorithm>
#include <cstddef>

namespace guest_init {

void PollSet::clear() {
  entries_.clear();
  std::fill(ready_.begin(), ready_.end(), short{0});
}

void PollSet::add(int fd, short events) {
  if (fd >= 0) entries_.push_back({.fd = fd, .events = events, .revents = 0});
}

void PollSet::wait(int timeout_ms) {
  if (poll(entries_.data(), entries_.size(), timeout_ms) <= 0) return;
  for (const pollfd& entry : entries_) {
    const auto index = static_cast<std::size_t>(entry.fd);
    if (index >= ready_.size()) ready_.resize(index + 1);
    ready_[index] = static_cast<short>(ready_[index] | entry.revents);
  }
}

short PollSet::ready(int fd) const {
  const auto index = static_cast<std::size_t>(fd);
  return fd >= 0 && index < ready_.size() ? ready_[index] : short{0};
}

}  // namespace guest_init
