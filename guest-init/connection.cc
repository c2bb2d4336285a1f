#include "guest-init/connection.h"

#include <utility>

namespace guest_init {

bool Connection::offer(std::string& why) {
  in_.clear();
  out_.clear();
  open_ = transport_.offer(transport_.self, why);
  return open_;
}

void Connection::close() {
  if (std::exchange(open_, false)) transport_.close(transport_.self);
}

void Connection::watch(PollSet& set) const {
  if (open_) set.add(transport_.descriptor(transport_.self), transport_.events(transport_.self));
}

void Connection::clear_event(const PollSet& set) {
  if (open_ && set.ready(transport_.descriptor(transport_.self)) != 0) {
    transport_.woken(transport_.self);
  }
}

Connection::Next Connection::next(protocol::Frame& frame, const char*& why) {
  for (;;) {
    switch (in_.next(frame, why)) {
      case protocol::ParseResult::frame:
        return Next::frame;
      case protocol::ParseResult::broken:
        return Next::broken;
      case protocol::ParseResult::incomplete:
        break;
    }
    const std::span<std::byte> room = in_.room();
    const std::ptrdiff_t size = transport_.read(transport_.self, room.data(), room.size());
    if (size < 0) return Next::gone;
    if (size == 0) return Next::none;
    in_.added(static_cast<std::size_t>(size));
  }
}

bool Connection::flush() {
  while (!is_flushed()) {
    const auto rest = out_.unsent();
    const std::ptrdiff_t size = transport_.write(transport_.self, rest.data(), rest.size());
    if (size < 0) return false;
    if (size == 0) return true;
    out_.sent(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace guest_init
