// The guest's end of a process's standard streams: a pipe or terminal on one side, protocol streams
// with credit on the other.
#pragma once

#include <string>

#include "guest-init/fd.h"
#include "guest-init/poll_set.h"
#include "guest-init/protocol/messages.h"
#include "guest-init/protocol/streams.h"

namespace guest_init {

// stdout or stderr: reads as much as may be kept, and keeps it until the host has it.
class OutputPipe {
 public:
  OutputPipe() : stream_(capacity) {}
  void open(Fd fd) { fd_ = std::move(fd); }  // non-blocking
  void end();                                // nothing (more) will come
  void discard();                            // nobody wants it: the writer meets SIGPIPE

  void watch(PollSet& set) const;
  // `writer_gone`: what is there now is all that there will be.
  void serve(const PollSet& set, bool writer_gone);

  protocol::OutgoingStream& stream() { return stream_; }
  const protocol::OutgoingStream& stream() const { return stream_; }
  int descriptor() const { return fd_.get(); }

 private:
  static constexpr std::size_t capacity = 1 << 20;

  Fd fd_;
  protocol::OutgoingStream stream_;
};

// stdin: keeps what the host sent within its credit until the process takes it.
class InputPipe {
 public:
  InputPipe() : stream_(window, false) {}  // the sum is of what the process took
  void open(Fd fd, bool terminal);         // non-blocking
  void close();                            // the process has ended

  void watch(PollSet& set) const;
  void serve(const PollSet& set);

  // False: against the protocol.
  bool accept(std::uint64_t position, std::span<const std::byte> bytes);
  bool accept_eof(std::uint64_t position);

  bool is_open() const { return static_cast<bool>(fd_); }
  // The process wants no more, and the host was not told on this connection.
  bool close_due() const { return closed_early_ && !close_said_; }
  void close_was_said() { close_said_ = true; }
  // After a reconnect.
  void forget_said();

  protocol::IncomingStream& stream() { return stream_; }
  const protocol::IncomingStream& stream() const { return stream_; }
  protocol::StreamSum reached() const { return reached_; }  // the process

 private:
  static constexpr std::size_t window = 1 << 20;
  bool give(std::span<const std::byte>& bytes);
  void write_pending();
  void finish();
  void drop();

  Fd fd_;
  bool terminal_ = false;
  bool closed_early_ = false;
  bool close_said_ = false;
  protocol::IncomingStream stream_;
  std::string pending_;  // from head_ on: not yet taken
  std::size_t head_ = 0;
  protocol::StreamSum reached_;
};

}  // namespace guest_init
