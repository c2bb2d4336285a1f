// Who is attached: they come, feed standard input, acknowledge output, have processes started, and
// may go at any time.
#include "monitor/relay.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "guest-init/protocol/spec.h"

namespace monitor {
namespace {

using protocol::Frame;
using protocol::FrameType;
using protocol::standard_error;
using protocol::standard_input;
using protocol::standard_output;

constexpr std::size_t most_peers = 32;

constexpr std::uint8_t bit(unsigned stream) { return static_cast<std::uint8_t>(1u << stream); }

}  // namespace

void Relay::accept_peer() {
  base::UniqueFd fd(accept4(request_.listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (!fd) return;
  peers_.emplace_back(std::move(fd));
  if (peers_.size() > most_peers) refuse(peers_.back(), "too many are attached to the container");
}

void Relay::refuse(Peer& peer, std::string_view why) {
  peer.socket.send(text_frame(FrameType::error, why));
  peer.socket.flush();
  lose(peer);
}

void Relay::receive_from(Peer& peer) {
  const auto take = [&](const Frame& frame) { return take_peer_frame(peer, frame); };
  if (!peer.gone && !peer.socket.receive(take)) lose(peer);
  while (write_guest()) {
  }
  to_guest_.keep();
}

bool Relay::take_peer_frame(Peer& peer, const Frame& frame) {
  if (peer.gone) return false;
  switch (frame.type) {
    case FrameType::hello:
      return true;
    case FrameType::attach:
      return take_attach(peer, frame);
    case FrameType::process_spec:
      return take_spec(peer, frame);
    case FrameType::process_start:
      return take_start(peer, frame);
    case FrameType::data:
    case FrameType::eof:
      return take_peer_input(peer, frame);
    case FrameType::ack:
      return take_peer_ack(peer, frame);
    case FrameType::close:
      return take_peer_close(peer, frame);
    case FrameType::signal:
      note_signal(peer, frame);
      [[fallthrough]];
    case FrameType::resize:
      if (phase_ == Phase::running && peer.process) {
        Frame forwarded = frame;
        forwarded.process = *peer.process;
        to_guest(forwarded);
      }
      return true;
    case FrameType::exit_ack:
      return take_peer_exit_ack(peer);
    default:
      return false;
  }
}

// Whoever ends the container so does not want it to be started again: the parent's matter.
void Relay::note_signal(const Peer& peer, const Frame& frame) {
  protocol::Reader reader(frame.payload);
  const std::uint32_t number = reader.u32();
  if (peer.process == 0u && reader.finished()) tell(MessageType::signalled, {}, {number});
}

bool Relay::take_attach(Peer& peer, const Frame& frame) {
  protocol::Attach attach;
  if (peer.process || !decode(frame.payload, attach)) return false;
  peer.process = attach.process;
  peer.resumes = attach.resume;
  peer.began_it = attach.owner;
  peer.position = attach.position;
  peer.feeds_input = (attach.streams & bit(standard_input)) != 0 && !feeds_input(attach.process);
  for (const std::uint8_t stream : {standard_output, standard_error})
    if ((attach.streams & bit(stream)) != 0) peer.wishes[stream] = Wish{};
  base::failpoint("relay.attached");
  if (attach.process == 0) tell(MessageType::client, {}, {1});
  if (phase_ == Phase::client && attach.process == 0) resume();
  if (phase_ != Phase::running && phase_ != Phase::exited) return true;
  meet(peer);
  return true;
}

// Once it is known which processes there are.
void Relay::meet(Peer& peer) {
  if (HostedProcess* process = find(*peer.process))
    tell_attached(peer, *process);
  else
    refuse(peer, "the process has ended");
}

// Where the streams stand: for one that resumes at what it has, else at what comes next.
void Relay::tell_attached(Peer& peer, HostedProcess& process) {
  peer.told = true;
  process.expected = false;
  protocol::State state;
  state.container = protocol::ContainerState::ready;
  protocol::ProcessEntry entry{.process = process.number()};
  // One that resumes says again what the guest has not said to have; another's bytes come after all
  // that was passed on.
  const std::uint64_t input =
      peer.feeds_input && peer.resumes ? process.rewind_input() : process.input_sent();
  entry.position = {input, process.received(standard_output), process.received(standard_error)};
  state.processes.push_back(entry);
  peer.socket.send(text_frame(FrameType::attached, encode(state)));
  // Until it says what it takes, nothing more is granted.
  for (const std::uint8_t stream : {standard_output, standard_error})
    if (peer.wishes[stream])
      peer.wishes[stream] =
          Wish{.position = peer.resumes ? peer.position[stream] : process.received(stream),
               .limit = process.granted(stream)};
  if (process.started() && process.number() != 0)  // who resumes may have missed it
    peer.socket.send({.type = FrameType::started, .process = process.number(), .payload = {}});
  if (peer.feeds_input && process.input_limit() > input) {
    std::string payload;
    protocol::append_u64(payload, process.input_limit());
    Frame ack = text_frame(FrameType::ack, payload);
    ack.offset = input;
    peer.socket.send(ack);
  }
  if (process.input_closed() || !peer.feeds_input)
    peer.socket.send({.type = FrameType::close, .stream = standard_input, .payload = {}});
  for (const std::uint8_t stream : {standard_output, standard_error})
    if (process.output_ended(stream))
      peer.socket.send({.type = FrameType::eof,
                        .stream = stream,
                        .offset = process.received(stream),
                        .payload = {}});
  forward_exit(process);
}

// --- a process that is wanted

bool Relay::take_spec(Peer& peer, const Frame& frame) {
  if (peer.process || peer.waits_to_start || frame.offset != peer.spec.size() ||
      frame.payload.size() > protocol::max_process_spec - peer.spec.size())
    return false;
  peer.spec.append(reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size());
  return true;
}

bool Relay::take_start(Peer& peer, const Frame& frame) {
  if (peer.process || peer.waits_to_start || frame.offset != peer.spec.size() || peer.spec.empty())
    return false;
  peer.waits_to_start = phase_ < Phase::running;  // one that has just taken over does not know yet
  if (!peer.waits_to_start) start_process_of(peer);
  return true;
}

void Relay::start_process_of(Peer& peer) {
  peer.waits_to_start = false;
  if (phase_ != Phase::running) return refuse(peer, "the container is not running");
  if (processes_.size() >= most_peers)
    return refuse(peer, "too many processes run in the container");
  const std::uint32_t number = next_process_++;
  HostedProcess& process = processes_.emplace(number, HostedProcess(number)).first->second;
  send_process(number, std::exchange(peer.spec, {}));
  peer.process = number;
  peer.began_it = peer.feeds_input = true;
  for (const std::uint8_t stream : {standard_output, standard_error}) peer.wishes[stream] = Wish{};
  base::failpoint("relay.exec");
  tell_attached(peer, process);
}

bool Relay::has_peers(std::uint32_t process) const {
  return std::any_of(peers_.begin(), peers_.end(),
                     [&](const Peer& peer) { return !peer.gone && peer.process == process; });
}

bool Relay::feeds_input(std::uint32_t process) const {
  return std::any_of(peers_.begin(), peers_.end(), [&](const Peer& peer) {
    return !peer.gone && peer.process == process && peer.feeds_input;
  });
}

// What was sent to it is gone with it. The standard input of a process that was started for it
// ends, as docker's does, but of a terminal, to which somebody may come back.
void Relay::lose(Peer& peer) {
  if (std::exchange(peer.gone, true) || !peer.process) return;
  const std::uint32_t number = *peer.process;
  HostedProcess* process = find(number);
  if (number == 0 && !has_peers(0)) tell(MessageType::client, {}, {0});
  if (!process || phase_ != Phase::running || !peer.feeds_input) return;
  const bool stays_open = !peer.began_it || (number == 0 && request_.terminal);
  if (stays_open || !process->input_wanted()) return;
  process->end_input();
  to_guest({.type = FrameType::eof,
            .stream = standard_input,
            .process = number,
            .offset = process->input_sent(),
            .payload = {}});
}

void Relay::drop_lost() {
  peers_.remove_if([](const Peer& peer) { return peer.gone; });
}

}  // namespace monitor
