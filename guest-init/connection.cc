#include "guest-init/connection.h"

#include <algorithm>

namespace guest_init {
namespace {

constexpr std::size_t buffer_size = 4 * protocol::max_frame;

}  // namespace

Connection::Connection(Transport transport) : transport_(transport), in_(buffer_size) {}

bool Connection::offer(std::string& why) {
  begin_ = end_ = sent_ = 0;
  out_.clear();
  open_ = transport_.offer(transport_.self, why);
  return open_;
}

void Connection::watch(PollSet& set) const {
  if (open_) set.add(transport_.descriptor(transport_.self), transport_.events(transport_.self));
}

void Connection::clear_event(const PollSet& set) {
  if (open_ && set.ready(transport_.descriptor(transport_.self)) != 0) {
    transport_.woken(transport_.self);
  }
}

void Connection::make_room() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (in_.size() - begin_ < protocol::max_frame) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_),
              in_.begin() + static_cast<std::ptrdiff_t>(end_), in_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
}

Connection::Next Connection::next(protocol::Frame& frame, const char*& why) {
  for (;;) {
    std::size_t used = 0;
    const auto unparsed = std::span<const std::byte>(in_).subspan(begin_, end_ - begin_);
    switch (protocol::parse_frame(unparsed, frame, used, why)) {
      case protocol::ParseResult::frame:
        begin_ += used;
        return Next::frame;
      case protocol::ParseResult::broken:
        return Next::broken;
      case protocol::ParseResult::incomplete:
        break;
    }
    make_room();
    const std::ptrdiff_t size =
        transport_.read(transport_.self, in_.data() + end_, in_.size() - end_);
    if (size < 0) return Next::gone;
    if (size == 0) return Next::none;
    end_ += static_cast<std::size_t>(size);
  }
}

void Connection::queue(const protocol::Frame& frame) {
  if (is_flushed()) {
    out_.clear();
    sent_ = 0;
  }
  protocol::append_frame(out_, frame);
}

bool Connection::flush() {
  while (!is_flushed()) {
    const auto rest = protocol::bytes_of(out_).subspan(sent_);
    const std::ptrdiff_t size = transport_.write(transport_.self, rest.data(), rest.size());
    if (size < 0) return false;
    if (size == 0) return true;
    sent_ += static_cast<std::size_t>(size);
  }
  return true;
}

}  // namespace guest_init
