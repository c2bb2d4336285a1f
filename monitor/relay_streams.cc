// What goes between those who are attached and the guest: input, output, and what each may still
// send.
#include "monitor/relay.h"

#include <algorithm>
#include <utility>

namespace monitor {

using protocol::Frame;
using protocol::FrameType;
using protocol::standard_error;
using protocol::standard_input;
using protocol::standard_output;

namespace {

// Where a copy costs more than a system call of its own.
bool is_large(const Frame& frame) {
  return frame.type == FrameType::data && frame.payload.size() >= 4096;
}

}  // namespace

bool Relay::take_peer_input(Peer& peer, const Frame& frame) {
  HostedProcess* process = peer.process ? find(*peer.process) : nullptr;
  if (!process) return peer.process.has_value();  // it has ended meanwhile
  if (!peer.feeds_input || !process->put_input(frame)) return false;
  if (process->input_closed()) return true;
  Frame forwarded = frame;
  forwarded.process = *peer.process;
  if (is_large(frame))
    to_guest_.lend(peer.socket.whole(forwarded));
  else
    to_guest(forwarded);
  return true;
}

bool Relay::take_peer_ack(Peer& peer, const Frame& frame) {
  protocol::Reader reader(frame.payload);
  const std::uint64_t limit = reader.u64();
  if (!peer.process || frame.stream == standard_input || !reader.finished()) return false;
  const HostedProcess* process = find(*peer.process);
  if (!process) return true;
  auto& wish = peer.wishes[frame.stream];
  if (!wish) return true;  // of what was under way when it closed that stream
  // One that has been here before may be ahead of what the guest says again.
  if (!peer.resumes && frame.offset > process->received(frame.stream)) return false;
  wish = Wish{.position = frame.offset, .limit = std::max(limit, wish->limit)};
  return true;
}

// Of who started it and reads it alone the process is told; else it only goes without.
bool Relay::take_peer_close(Peer& peer, const Frame& frame) {
  HostedProcess* process = peer.process ? find(*peer.process) : nullptr;
  if (frame.stream == standard_input || !peer.process) return false;
  peer.wishes[frame.stream].reset();
  const auto others = std::count_if(peers_.begin(), peers_.end(), [&](const Peer& other) {
    return other.process == peer.process && other.wishes[frame.stream];
  });
  if (!process || !peer.began_it || others > 0) return true;
  process->close_output(frame.stream);
  Frame forwarded = frame;
  forwarded.process = *peer.process;
  to_guest(forwarded);
  return true;
}

bool Relay::take_peer_exit_ack(Peer& peer) {
  if (!peer.process) return false;
  const HostedProcess* process = find(*peer.process);
  if (*peer.process != 0 && process && process->exit()) forget(*peer.process);
  return true;
}

void Relay::to_peers(const Frame& frame) {
  const bool input = frame.stream == standard_input &&
                     (frame.type == FrameType::ack || frame.type == FrameType::close);
  const bool output = frame.type == FrameType::data || frame.type == FrameType::eof;
  for (Peer& peer : peers_) {
    if (peer.gone || !peer.told || peer.process != frame.process) continue;
    if ((input && !peer.feeds_input) || (output && !peer.wishes[frame.stream])) continue;
    if (is_large(frame))
      peer.socket.forward(from_guest_.whole(frame));
    else
      peer.socket.send(frame);
  }
}

void Relay::grant_all() {
  for (auto next = processes_.begin(); next != processes_.end();) {
    HostedProcess& process = (next++)->second;  // which may be forgotten
    if (process.started()) grant(process);
  }
}

void Relay::grant(HostedProcess& process) {
  if (process.expected && !process.patience.expired() && !has_peers(process.number())) return;
  process.expected = false;
  for (const std::uint8_t stream : {standard_output, standard_error}) {
    std::vector<Wish> wishes;
    for (const Peer& peer : peers_)
      if (!peer.gone && peer.told && peer.process == process.number() && peer.wishes[stream])
        wishes.push_back(*peer.wishes[stream]);
    const auto granted = process.grant(stream, wishes);
    if (!granted) continue;
    std::string payload;
    protocol::append_u64(payload, granted->limit);
    Frame ack = text_frame(FrameType::ack, payload);
    ack.stream = stream;
    ack.process = process.number();
    ack.offset = granted->position;
    to_guest(ack);
  }
  // An exec whose end nobody asks for.
  if (process.number() != 0 && process.exit() && !has_peers(process.number()))
    forget(process.number());
}

// The entrypoint's once it is recorded.
void Relay::forward_exit(HostedProcess& process) {
  if (!process.exit() || (process.number() == 0 && !recorded_)) return;
  const std::string payload = encode(*process.exit());
  Frame frame = text_frame(FrameType::exit, payload);
  frame.process = process.number();
  to_peers(frame);
}

// The guest need not keep it; its number is not used again.
void Relay::forget(std::uint32_t number) {
  const auto found = processes_.find(number);
  if (found == processes_.end()) return;
  if (found->second.exit())
    to_guest({.type = FrameType::exit_ack, .process = number, .payload = {}});
  processes_.erase(found);
}

}  // namespace monitor
