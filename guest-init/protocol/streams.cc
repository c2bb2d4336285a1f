#include "guest-init/protocol/streams.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "guest-init/protocol/crc32c.h"

namespace protocol {

std::size_t OutgoingStream::room() const { return capacity_ - kept_; }

std::size_t OutgoingStream::place_of(std::uint64_t position) const {
  const std::size_t place = head_ + static_cast<std::size_t>(position - base_);
  return place < capacity_ ? place : place - capacity_;
}

std::span<std::byte> OutgoingStream::space() {
  if (ring_ == nullptr) ring_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);
  if (kept_ == 0) head_ = 0;  // the memory that was used already
  const std::size_t place = place_of(total());
  return {ring_.get() + place, std::min(room(), capacity_ - place)};
}

void OutgoingStream::added(std::size_t size) {
  assert(!ended_ && size <= room());
  if (discarding_) return;
  crc_ = crc32c(crc_, ring_.get() + place_of(total()), size);
  kept_ += size;
}

void OutgoingStream::put(std::span<const std::byte> bytes) {
  assert(bytes.size() <= room());
  while (!bytes.empty() && !discarding_) {
    const std::span<std::byte> free = space();
    const std::size_t size = std::min(free.size(), bytes.size());
    std::memcpy(free.data(), bytes.data(), size);
    added(size);
    bytes = bytes.subspan(size);
  }
}

std::span<const std::byte> OutgoingStream::next(std::uint64_t& position) const {
  position = next_;
  if (limit_ <= next_ || next_ == total()) return {};
  const std::size_t place = place_of(next_);
  const std::uint64_t size =
      std::min({total() - next_, limit_ - next_, std::uint64_t{capacity_ - place},
                std::uint64_t{max_payload}});
  return {ring_.get() + place, static_cast<std::size_t>(size)};
}

bool OutgoingStream::eof_due() const { return ended_ && !eof_said_ && next_ == total(); }

bool OutgoingStream::acknowledge(std::uint64_t position, std::uint64_t limit) {
  if (position > next_ || limit < position) return false;
  limit_ = std::max(limit_, limit);
  drop_before(position);
  return true;
}

bool OutgoingStream::rewind(std::uint64_t position) {
  limit_ = 0;
  eof_said_ = false;
  if (position > total() || (position < base_ && !discarding_)) return false;
  drop_before(position);
  // Of what was discarded nothing can be sent again: the stream ends where the other end stands.
  base_ = position;
  next_ = position;
  return true;
}

void OutgoingStream::discard() {
  discarding_ = true;
  kept_ = 0;
  base_ = next_;
}

void OutgoingStream::drop_before(std::uint64_t position) {
  if (position <= base_) return;
  head_ = place_of(position);
  kept_ -= static_cast<std::size_t>(position - base_);
  base_ = position;
}

bool IncomingStream::accept(std::uint64_t position, std::span<const std::byte>& bytes) {
  if (position > received_ || position > granted_ || bytes.size() > granted_ - position) {
    return false;
  }
  const std::size_t had =
      static_cast<std::size_t>(std::min<std::uint64_t>(received_ - position, bytes.size()));
  bytes = bytes.subspan(had);
  if (ended_ && !bytes.empty()) return false;
  received_ += bytes.size();
  if (sums_) crc_ = crc32c(crc_, bytes.data(), bytes.size());
  return true;
}

bool IncomingStream::accept_eof(std::uint64_t position) {
  if (position != received_) return false;
  ended_ = true;
  return true;
}

bool IncomingStream::take_ack(std::uint64_t& position, std::uint64_t& limit) {
  const std::uint64_t news = consumed_ - acked_;
  const bool all = ended_ && consumed_ == received_;
  const bool due = !said_ || (news > 0 && (news >= window_ / 2 || all));
  if (!due) return false;
  position = consumed_;
  limit = consumed_ + window_;
  acked_ = position;
  granted_ = limit;
  said_ = true;
  return true;
}

void IncomingStream::start_at(std::uint64_t position) {
  assert(received_ == 0 && !ended_);
  received_ = position;
  consumed_ = position;
}

}  // namespace protocol
