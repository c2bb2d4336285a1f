// The two ends of one stream: what is kept until it is acknowledged, and what is expected next.
// Pure bookkeeping, shared by guest-init (sends output, receives input) and the client (the
// reverse).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "guest-init/protocol/frame.h"

namespace protocol {

// Bytes that were given to us to send. Keeps at most `capacity` unacknowledged bytes, in a ring
// that takes its memory with the first of them.
class OutgoingStream {
 public:
  explicit OutgoingStream(std::size_t capacity) : capacity_(capacity) {}

  // How many more bytes put() takes now.
  std::size_t room() const;
  void put(std::span<const std::byte> bytes);  // at most room()
  // The same without a copy: where the next bytes go, which may be less than room(), and that some
  // are there.
  std::span<std::byte> space();
  void added(std::size_t size);
  void end() { ended_ = true; }
  bool ended() const { return ended_; }

  // The next bytes that may go out, at most max_payload, with their position; empty where there are
  // none or credit is used up. sent() says that they went.
  std::span<const std::byte> next(std::uint64_t& position) const;
  void sent(std::size_t size) { next_ += size; }
  // EOF is due: everything was sent, the end is known, and it was not said since the last rewind.
  bool eof_due() const;
  void eof_sent() { eof_said_ = true; }

  // The other end has all before `position` and takes up to `limit`. False where that is nonsense
  // (beyond what was sent).
  bool acknowledge(std::uint64_t position, std::uint64_t limit);
  // After a reconnect: send again from `position` on (within what is kept), credit starts at zero.
  bool rewind(std::uint64_t position);
  // Nobody will read it: drops what is kept, and takes and forgets whatever comes. The stream ends
  // at what was sent (after a rewind: at that position); its CRC then says nothing.
  void discard();

  std::uint64_t acknowledged() const { return base_; }
  std::uint64_t total() const { return base_ + kept_; }
  std::uint32_t crc() const { return crc_; }
  // All was acknowledged and the end is known.
  bool drained() const { return ended_ && total() == base_; }

 private:
  void drop_before(std::uint64_t position);
  std::size_t place_of(std::uint64_t position) const;

  std::size_t capacity_;
  std::unique_ptr<std::byte[]> ring_;
  std::size_t head_ = 0;    // where position base_ is in it
  std::size_t kept_ = 0;    // bytes from there on, around its end
  std::uint64_t base_ = 0;  // all before it was acknowledged
  std::uint64_t next_ = 0;  // position of the next byte to send
  std::uint64_t limit_ = 0;
  std::uint32_t crc_ = 0;
  bool ended_ = false;
  bool eof_said_ = false;
  bool discarding_ = false;
};

// Bytes that come to us. The owner keeps them; this knows which are new and what may still come.
class IncomingStream {
 public:
  // Without a sum crc() stays 0: for an owner that has one of its own.
  explicit IncomingStream(std::size_t window, bool sums = true) : window_(window), sums_(sums) {}

  // Cuts what was had already off the front of `bytes`; the rest counts as received. False for a
  // gap, for more than was granted, or for bytes after the end.
  bool accept(std::uint64_t position, std::span<const std::byte>& bytes);
  // False where the end contradicts what came.
  bool accept_eof(std::uint64_t position);
  // `size` bytes were handed over for good.
  void consumed(std::size_t size) { consumed_ += size; }
  // An ACK is due: half of the window was consumed since the last, or nothing was ever granted, or
  // the stream has ended and all of it is consumed. Not for every bit that came: an ACK wakes two
  // processes and a guest. Fills position and limit, and counts it as sent.
  bool take_ack(std::uint64_t& position, std::uint64_t& limit);
  // After a reconnect: the ACK must be said again.
  void forget_ack() {
    granted_ = 0;
    acked_ = 0;
    said_ = false;
  }
  // Starts (only before the first byte) at a position that was agreed on.
  void start_at(std::uint64_t position);

  std::uint64_t received() const { return received_; }
  std::uint64_t consumed() const { return consumed_; }
  bool ended() const { return ended_; }
  std::uint32_t crc() const { return crc_; }

 private:
  std::size_t window_;
  bool sums_;
  std::uint64_t received_ = 0;
  std::uint64_t consumed_ = 0;
  std::uint64_t granted_ = 0;
  std::uint64_t acked_ = 0;
  std::uint32_t crc_ = 0;
  bool said_ = false;
  bool ended_ = false;
};

}  // namespace protocol
