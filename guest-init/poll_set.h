// What the one loop waits for: a descriptor and the events that matter now, collected anew each
// round.
#pragma once

#include <poll.h>

#include <vector>

namespace guest_init {

class PollSet {
 public:
  void clear();
  // POLLERR and POLLHUP are always told. A descriptor may be added more than once.
  void add(int fd, short events);
  // Waits without end where `timeout_ms` is -1.
  void wait(int timeout_ms);
  // What happened; 0 for a descriptor that was not added.
  short ready(int fd) const;

 private:
  std::vector<pollfd> entries_;
  std::vector<short> ready_;  // by descriptor
};

}  // namespace guest_init
