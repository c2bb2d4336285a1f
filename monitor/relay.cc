#include "monitor/relay.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/random.h"
#include "base/text.h"
#include "engine/spec.h"

namespace monitor {
namespace {

using protocol::Frame;
using protocol::FrameType;

constexpr std::size_t guest_backlog = 512u << 10;  // unsent to the guest: clients wait beyond
constexpr base::Milliseconds log_retry{200};       // where the log's disk is full

std::vector<protocol::DiskId> disks_in(std::string_view text) {
  std::vector<protocol::DiskId> disks;
  for (const std::string& word : base::split(text, ' '))
    if (const auto guid = base::Uuid::parse(word)) disks.push_back(engine::gpt_bytes(*guid));
  return disks;
}

}  // namespace

Relay::Relay(RelayRequest request, GuestChannel& guest)
    : request_(std::move(request)), guest_(guest), client_deadline_(base::Deadline::never()) {
  if (request_.first_client) peers_.emplace_back(std::move(request_.first_client));
  protocol::Hello hello;
  hello.epoch = request_.epoch;
  to_guest(text_frame(FrameType::hello, encode(hello)));
}

void Relay::run() {
  serve_guest();
  while (!over_) poll_once();
}

base::Deadline Relay::next_deadline() const {
  base::Deadline deadline = client_deadline_;
  for (const auto& [number, process] : processes_)
    if (process.expected) deadline = deadline.sooner(process.patience.remaining());
  return deadline.sooner(log_waits_ ? log_retry : request_.watchdog);
}

void Relay::poll_once() {
  enum Source { from_guest, from_parent, from_listener, fixed };
  std::vector<pollfd> polled(fixed, {.fd = -1, .events = POLLIN, .revents = 0});
  if (!guest_gone_ && !log_waits_) polled[from_guest].fd = guest_.fd();
  polled[from_parent].fd = request_.parent;
  polled[from_listener].fd = request_.listener;
  const bool listens = to_guest_.size() < guest_backlog && !log_waits_;
  std::vector<Peer*> asked;
  for (Peer& peer : peers_) {
    const int events = (listens ? POLLIN : 0) | (peer.socket.unsent() > 0 ? POLLOUT : 0);
    polled.push_back({.fd = peer.socket.fd(), .events = static_cast<short>(events), .revents = 0});
    asked.push_back(&peer);
  }
  const int ready = poll(polled.data(), polled.size(), next_deadline().poll_timeout());
  if (ready < 0 && errno != EINTR) base::throw_errno("waiting for the guest");
  if (ready < 0) return;
  if (ready == 0) look_for_missed();
  if (phase_ == Phase::client && client_deadline_.expired()) resume();
  if (polled[from_parent].revents != 0) take_parent();
  if (over_) return;
  if (polled[from_guest].revents != 0) guest_.clear_event();
  if (polled[from_listener].revents != 0) accept_peer();
  for (std::size_t at = 0; at < asked.size(); ++at)
    if ((polled[fixed + at].revents & (POLLIN | POLLHUP | POLLERR)) != 0) receive_from(*asked[at]);
  serve_guest();
  for (Peer& peer : peers_)
    if (!peer.gone && !peer.socket.flush()) lose(peer);
  drop_lost();
  finish_when_flushed();
}

void Relay::finish_when_flushed() {
  if (!finishing_) return;
  for (const Peer& peer : peers_)
    if (peer.socket.unsent() > 0) return;
  over_ = true;
}

// --- the parent

void Relay::take_parent() {
  base::UniqueFd passed;
  const auto message = receive_message(request_.parent, &passed);
  if (!message) {  // it died: whoever takes over resumes from what the guest keeps
    over_ = true;
    return;
  }
  switch (message->type) {
    case MessageType::recorded:
      recorded_ = true;
      if (HostedProcess* entrypoint = find(0)) forward_exit(*entrypoint);
      if (phase_ >= Phase::running) to_guest({.type = FrameType::exit_ack, .payload = {}});
      base::failpoint("relay.exit_acked");
      break;
    case MessageType::finish:
      unwanted_ = disks_in(message->take_text());
      if (message->numbers[0] != 0 && !guest_gone_)
        shut_down();
      else
        finishing_ = true;
      break;
    case MessageType::disks:
      request_.disks_there = true;
      if (phase_ == Phase::disks) begin_container();
      break;
    case MessageType::freeze:
      to_container({FrameType::freeze, protocol::encode_flag(message->numbers[0] != 0)});
      break;
    case MessageType::log_file:
      if (request_.log) request_.log->go_on_in(std::move(passed));
      break;
    case MessageType::signal:
      forward_signal(static_cast<std::uint32_t>(message->numbers[0]));
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

// A guest that is just being met hears of it after its STATE.
void Relay::shut_down() {
  shutdown_wanted_ = true;
  if (phase_ < Phase::disks) return;
  base::failpoint("relay.shutdown");
  to_guest(text_frame(FrameType::shutdown, protocol::encode_disks(unwanted_)));
}

void Relay::forward_signal(std::uint32_t number) {
  std::string payload;
  protocol::append_u32(payload, number);
  to_container({FrameType::signal, std::move(payload)});
}

// One that has just taken over does not know it yet.
void Relay::to_container(Order order) {
  if (phase_ == Phase::running)
    to_guest(text_frame(order.type, order.payload));
  else if (phase_ < Phase::running)
    early_.push_back(std::move(order));
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

// The event channel is all that wakes us, so whatever moves here without its word is a defect, of
// ours or of the guest's: counted, and not left lying. One that came this very moment is no such.
void Relay::look_for_missed() {
  if (guest_gone_ || log_waits_) return;
  const bool moved = serve_guest();
  pollfd guest{.fd = guest_.fd(), .events = POLLIN, .revents = 0};
  if (!moved || over_ || poll(&guest, 1, 0) != 0) return;
  tell(MessageType::missed, {}, {++missed_});
}

// Until nothing moves any more: only then may we sleep on the event channel. Whether anything did.
bool Relay::serve_guest() {
  if (guest_gone_ || over_) return false;
  flush_log();
  bool any = false;
  bool moved = true;
  while (moved && !over_) {
    moved = !log_waits_ && read_guest();
    moved = write_guest() || moved;
    any = any || moved;
  }
  if (!over_ && !log_waits_ && phase_ >= Phase::running) grant_all();
  write_guest();
  return any;
}

bool Relay::read_guest() {
  const auto size = guest_.read(from_guest_.room());
  if (!size) {
    tell(MessageType::lost);
    over_ = true;
    return false;
  }
  if (*size == 0) return false;
  from_guest_.added(*size);
  const char* why = "";
  if (!from_guest_.take_frames([this](const Frame& frame) { return take_guest_frame(frame); }, why))
    broken(why);
  for (Peer& peer : peers_)
    if (!peer.gone && !peer.socket.settle()) lose(peer);
  return true;
}

bool Relay::write_guest() {
  if (to_guest_.empty() || guest_gone_ || over_) return false;
  const auto size = guest_.write(to_guest_.unsent());
  if (!size) {
    tell(MessageType::lost);
    over_ = true;
    return false;
  }
  to_guest_.sent(*size);
  return *size > 0;
}

// A disk that is full makes the container wait; what was said is granted again afterwards.
void Relay::flush_log() {
  if (!request_.log) return;
  log_waits_ = !request_.log->flush();
  if (request_.log->is_full()) tell(MessageType::log_full);
}

}  // namespace monitor
