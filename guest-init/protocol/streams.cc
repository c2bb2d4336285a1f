#include "guest-init/protocol/streams.h"

#include <algorithm>
#include <cassert>

#include "guest-init/protocol/crc32c.h"

namespace protocol {

std::size_t OutgoingStream::room() const {
  const std::size_t kept = kept_.size() - head_;
  return kept < capacity_ ? capacity_ - kept : 0;
}

void OutgoingStream::put(std::span<const std::byte> bytes) {
  assert(!ended_ && bytes.size() <= room());
  if (discarding_) return;
  kept_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  crc_ = crc32c(crc_, bytes.data(), bytes.size());
}

std::span<const std::byte> OutgoingStream::next(std::uint64_t& position) const {
  position = next_;
  if (limit_ <= next_) return {};
  const std::uint64_t size =
      std::min({total() - next_, limit_ - next_, std::uint64_t{max_payload}});
  const std::size_t first = head_ + static_cast<std::size_t>(next_ - base_);
  return bytes_of(std::string_view(kept_).substr(first, static_cast<std::size_t>(size)));
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
  kept_.clear();
  head_ = 0;
  base_ = next_;
}

void OutgoingStream::drop_before(std::uint64_t position) {
  if (position <= base_) return;
  head_ += static_cast<std::size_t>(position - base_);
  base_ = position;
  if (head_ == kept_.size()) {
    kept_.clear();
    head_ = 0;
  } else if (head_ > kept_.size() / 2) {  // each byte is moved at most once on average
    kept_.erase(0, head_);
    head_ = 0;
  }
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
  crc_ = crc32c(crc_, bytes.data(), bytes.size());
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
