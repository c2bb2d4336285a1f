#include "monitor/relay.h"

#include <poll.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"

namespace monitor {
namespace {

using protocol::Frame;
using protocol::FrameType;

constexpr std::size_t read_size = 128u << 10;
constexpr std::size_t guest_backlog = 512u << 10;  // unsent to the guest: clients wait beyond

}  // namespace

Relay::Relay(RelayRequest request, GuestChannel& guest)
    : request_(std::move(request)), guest_(guest), client_deadline_(base::Deadline::never()) {
  if (request_.first_client) client_ = FrameSocket(std::move(request_.first_client));
  protocol::Hello hello;
  hello.epoch = request_.epoch;
  to_guest(text_frame(FrameType::hello, encode(hello)));
}

void Relay::run() {
  serve_guest();
  while (!over_) poll_once();
}

void Relay::poll_once() {
  enum Source { from_guest, from_parent, from_listener, from_client, count };
  std::array<pollfd, count> polled{};
  polled.fill({.fd = -1, .events = POLLIN, .revents = 0});
  if (!guest_gone_) polled[from_guest].fd = guest_.fd();
  polled[from_parent].fd = request_.parent;
  polled[from_listener].fd = request_.listener;
  if (client_) {
    polled[from_client].fd = client_.fd();
    polled[from_client].events = static_cast<short>(
        (to_guest_.size() < guest_backlog ? POLLIN : 0) | (client_.unsent() > 0 ? POLLOUT : 0));
  }
  const int ready = poll(polled.data(), polled.size(), client_deadline_.poll_timeout());
  if (ready < 0 && errno != EINTR) base::throw_errno("waiting for the guest");
  if (ready < 0) return;
  if (phase_ == Phase::client && client_deadline_.expired()) resume();
  if (polled[from_parent].revents != 0) take_parent();
  if (over_) return;
  if (polled[from_guest].revents != 0) guest_.clear_event();
  if (polled[from_listener].revents != 0) accept_client();
  if (client_ && (polled[from_client].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
    receive_client();
  serve_guest();
  if (client_ && !client_.flush()) lose_client();
  finish_when_flushed();
}

void Relay::finish_when_flushed() {
  if (finishing_ && (!client_ || client_.unsent() == 0)) over_ = true;
}

// --- the parent

void Relay::take_parent() {
  const auto message = receive_message(request_.parent);
  if (!message) {  // it died: whoever takes over resumes from what the guest keeps
    over_ = true;
    return;
  }
  switch (message->type) {
    case MessageType::recorded:
      recorded_ = true;
      forward_exit();
      to_guest({.type = FrameType::exit_ack, .payload = {}});
      base::failpoint("relay.exit_acked");
      break;
    case MessageType::finish:
      if (message->numbers[0] != 0 && !guest_gone_) {
        base::failpoint("relay.shutdown");
        to_guest({.type = FrameType::shutdown, .payload = {}});
      } else {
        finishing_ = true;
      }
      break;
    case MessageType::guest_gone:
      serve_guest();
      guest_gone_ = true;
      finishing_ = true;
      break;
    default:
      break;
  }
}

void Relay::tell(MessageType type, std::string_view text,
                 std::initializer_list<std::uint64_t> numbers) {
  Message message;
  message.type = type;
  std::copy(numbers.begin(), numbers.end(), message.numbers.begin());
  if (!text.empty()) message.put_text(text);
  send_message(request_.parent, message);
}

bool Relay::broken(std::string_view why) {
  tell(MessageType::broken, why);
  over_ = true;
  return false;
}

// --- bytes from and to the guest

void Relay::to_guest(const Frame& frame) { protocol::append_frame(to_guest_, frame); }

// Until nothing moves any more: only then may we sleep on the event channel.
void Relay::serve_guest() {
  if (guest_gone_ || over_) return;
  bool moved = true;
  while (moved && !over_) {
    moved = read_guest();
    moved = write_guest() || moved;
    if (client_ && client_.unsent() > read_size && !client_.flush()) lose_client();
  }
}

bool Relay::read_guest() {
  std::array<std::byte, read_size> buffer;
  const auto size = guest_.read(buffer);
  if (!size) {
    tell(MessageType::lost);
    over_ = true;
    return false;
  }
  if (*size == 0) return false;
  from_guest_.append(reinterpret_cast<const char*>(buffer.data()), *size);
  const char* why = "";
  if (!take_frames(
          from_guest_, [this](const Frame& frame) { return take_guest_frame(frame); }, why))
    broken(why);
  return true;
}

bool Relay::write_guest() {
  if (to_guest_.empty()) return false;
  const auto size = guest_.write(protocol::bytes_of(to_guest_));
  if (!size) {
    tell(MessageType::lost);
    over_ = true;
    return false;
  }
  to_guest_.erase(0, *size);
  return *size > 0;
}

}  // namespace monitor
