// One slot's stream of frames over a transport: what came and is not parsed yet, what is to go and
// has not gone.
#pragma once

#include <string>

#include "guest-init/poll_set.h"
#include "guest-init/protocol/frame_buffer.h"
#include "guest-init/transport.h"

namespace guest_init {

class Connection {
 public:
  explicit Connection(Transport transport) : transport_(transport) {}

  // Drops what is under way and offers a fresh stream. False: `why` tells, and nothing is open.
  bool offer(std::string& why);
  void close();
  bool is_open() const { return open_; }

  void watch(PollSet& set) const;
  void clear_event(const PollSet& set);

  enum class Next { frame, none, gone, broken };
  // The next frame, reading where there is none whole; its payload is valid until the next call.
  // `broken`: `why` tells.
  Next next(protocol::Frame& frame, const char*& why);

  // Frames go out in the order of these calls.
  void queue(const protocol::Frame& frame) { out_.put(frame); }
  // Writes what it can. False: the peer is gone.
  bool flush();
  // Everything queued has gone.
  bool is_flushed() const { return out_.empty(); }

 private:
  Transport transport_;
  bool open_ = false;
  protocol::FrameBuffer in_;
  protocol::FrameQueue out_;
};

}  // namespace guest_init
