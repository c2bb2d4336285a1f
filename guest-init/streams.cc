#include "guest-init/streams.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "guest-init/protocol/crc32c.h"
#include "guest-init/terminal.h"

namespace guest_init {
namespace {

// Others wait meanwhile.
constexpr int reads_in_a_row = 4;

}  // namespace

void OutputPipe::end() {
  fd_.reset();
  stream_.end();
}

void OutputPipe::discard() {
  stream_.discard();
  end();
}

void OutputPipe::watch(PollSet& set) const {
  if (stream_.room() > 0) set.add(fd_.get(), POLLIN);
}

void OutputPipe::serve(const PollSet& set, bool writer_gone) {
  if (!fd_ || (set.ready(fd_.get()) == 0 && !writer_gone)) return;
  for (int i = 0; i < reads_in_a_row && stream_.room() > 0; ++i) {
    const std::span<std::byte> space = stream_.space();
    const ssize_t size = read(fd_.get(), space.data(), space.size());
    if (size > 0) {
      stream_.added(static_cast<std::size_t>(size));
      const bool emptied = static_cast<std::size_t>(size) < space.size();
      if (emptied && !writer_gone) return;
    } else if (size < 0 && errno == EAGAIN && !writer_gone) {
      return;
    } else if (size == 0 || errno != EINTR) {  // a terminal without processes: EIO
      return end();
    }
  }
}

void InputPipe::open(Fd fd, bool terminal) {
  fd_ = std::move(fd);
  terminal_ = terminal;
}

void InputPipe::close() {
  if (fd_) drop();
}

void InputPipe::watch(PollSet& set) const {
  // Without events: that the reader has closed is told all the same.
  set.add(fd_.get(), head_ < pending_.size() ? POLLOUT : short{0});
}

void InputPipe::serve(const PollSet& set) {
  const short ready = set.ready(fd_.get());
  if (!fd_ || ready == 0) return;
  if (!terminal_ && (ready & POLLERR) != 0) return drop();
  if ((ready & POLLOUT) != 0) write_pending();
}

// Cuts off the front of `bytes` what it took. False: it wants no more.
bool InputPipe::give(std::span<const std::byte>& bytes) {
  bool wanted = true;
  std::size_t taken = 0;
  while (wanted && taken < bytes.size()) {
    const ssize_t size = write(fd_.get(), bytes.data() + taken, bytes.size() - taken);
    if (size < 0 && errno == EAGAIN) break;
    if (size >= 0) taken += static_cast<std::size_t>(size);
    wanted = size >= 0 || errno == EINTR;
  }
  reached_.bytes += taken;
  reached_.crc = protocol::crc32c(reached_.crc, bytes.data(), taken);
  stream_.consumed(taken);
  bytes = bytes.subspan(taken);
  return wanted;
}

void InputPipe::write_pending() {
  std::span<const std::byte> rest = protocol::bytes_of(pending_).subspan(head_);
  const bool wanted = give(rest);
  head_ = pending_.size() - rest.size();
  if (!wanted) return drop();
  if (!rest.empty()) return;
  pending_.clear();
  head_ = 0;
  if (stream_.ended()) finish();
}

// All has been taken and nothing will come. A terminal has no end; a key says so.
void InputPipe::finish() {
  char byte = 0;
  if (fd_ && terminal_ && end_of_file_byte(fd_.get(), byte) && write(fd_.get(), &byte, 1) < 0) {
    return drop();
  }
  if (!terminal_) fd_.reset();
}

void InputPipe::drop() {
  fd_.reset();
  stream_.consumed(pending_.size() - head_);
  pending_.clear();
  head_ = 0;
  closed_early_ = !stream_.ended();
}

bool InputPipe::accept(std::uint64_t position, std::span<const std::byte> bytes) {
  if (!stream_.accept(position, bytes)) return false;
  const bool in_turn = head_ == pending_.size();
  if (fd_ && in_turn && !give(bytes)) drop();
  if (fd_) {
    pending_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  } else {
    stream_.consumed(bytes.size());
  }
  return true;
}

bool InputPipe::accept_eof(std::uint64_t position) {
  const bool known = stream_.ended();
  if (!stream_.accept_eof(position)) return false;
  if (!known && head_ == pending_.size()) finish();
  return true;
}

void InputPipe::forget_said() {
  close_said_ = false;
  stream_.forget_ack();
}

}  // namespace guest_init
