// Whatever a peer sends: cut it into frames as both ends do, and decode each payload as everything.
#include <cstdint>
#include <cstdlib>
#include <string>

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes rest(reinterpret_cast<const std::byte*>(data), size);
  decode_all(rest);
  protocol::Frame frame;
  std::size_t used = 0;
  const char* why = nullptr;
  while (protocol::parse_frame(rest, frame, used, why) == protocol::ParseResult::frame) {
    require(used >= protocol::header_size && used <= rest.size());
    decode_all(frame.payload);
    std::string again;
    protocol::append_frame(again, frame);
    require(again.size() == used);
    rest = rest.subspan(used);
  }
  return 0;
}
