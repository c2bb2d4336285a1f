// Whatever a peer sends: cut it into frames as both ends do, and decode each payload as everything.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "guest-init/protocol/frame_buffer.h"
#include "guest-init/protocol/messages.h"
#include "guest-init/protocol/spec.h"

namespace {

using Bytes = std::span<const std::byte>;

void require(bool condition) {
  if (!condition) abort();
}

// What was understood is written again as the same bytes, or as bytes that mean the same.
template <typename Message>
void decode_as(Bytes payload) {
  Message message;
  if (!protocol::decode(payload, message)) return;
  const std::string again = protocol::encode(message);
  Message second;
  require(protocol::decode(protocol::bytes_of(again), second));
  require(protocol::encode(second) == again);
}

template <typename Spec>
void decode_spec_as(Bytes payload) {
  Spec spec;
  std::string why;
  if (!protocol::decode(payload, spec, why)) {
    require(!why.empty());
    return;
  }
  const std::string again = protocol::encode(spec);
  Spec second;
  require(protocol::decode(protocol::bytes_of(again), second, why));
  require(protocol::encode(second) == again);
}

void decode_all(Bytes payload) {
  decode_as<protocol::Hello>(payload);
  decode_as<std::vector<protocol::Position>>(payload);
  decode_as<protocol::State>(payload);
  decode_as<protocol::Failure>(payload);
  decode_as<protocol::ExitRecord>(payload);
  decode_as<std::vector<protocol::Timing>>(payload);
  decode_as<protocol::Attach>(payload);
  decode_as<protocol::WindowSize>(payload);
  decode_as<protocol::LogLine>(payload);
  decode_spec_as<protocol::ContainerSpec>(payload);
  decode_spec_as<protocol::ProcessSpec>(payload);
}

// All whole frames that come in pieces of one size, one after the other.
std::string frames_in_pieces(Bytes bytes) {
  const std::size_t piece = bytes.empty() ? 1 : 1 + static_cast<std::size_t>(bytes[0]) * 64;
  protocol::FrameBuffer buffer;
  std::string frames;
  const char* why = nullptr;
  const auto keep = [&](const protocol::Frame& frame) {
    protocol::append_frame(frames, frame);
    return true;
  };
  while (!bytes.empty()) {
    const auto room = buffer.room();
    const std::size_t size = std::min({piece, room.size(), bytes.size()});
    require(size > 0);
    std::memcpy(room.data(), bytes.data(), size);
    buffer.added(size);
    bytes = bytes.subspan(size);
    if (!buffer.take_frames(keep, why)) break;
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes rest(reinterpret_cast<const std::byte*>(data), size);
  decode_all(rest);
  std::string frames;
  protocol::Frame frame;
  std::size_t used = 0;
  const char* why = nullptr;
  while (protocol::parse_frame(rest, frame, used, why) == protocol::ParseResult::frame) {
    require(used >= protocol::header_size && used <= rest.size());
    decode_all(frame.payload);
    std::string again;
    protocol::append_frame(again, frame);
    require(again.size() == used);
    frames += again;
    rest = rest.subspan(used);
  }
  require(frames_in_pieces({reinterpret_cast<const std::byte*>(data), size}) == frames);
  return 0;
}
