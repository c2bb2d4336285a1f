// A relay with further processes in its container.
#pragma once

#include "tests/monitor/relay_fixture.h"

namespace monitor {

inline constexpr const char* spec = "an encoded spec";

class RelayPeersTest : public RelayTest {
 protected:
  // A process that `peer` wants started; the guest is asked for it.
  std::uint32_t start_process(FramePeer& peer) {
    peer.say(FrameType::process_spec, spec);
    peer.say(FrameType::process_start, {}, 0, std::strlen(spec));
    const std::uint32_t number = attached(peer).process;
    const auto asked = guest_->next(FrameType::process_spec);
    EXPECT_TRUE(asked && asked->payload == spec && asked->process == number);
    const auto begun = guest_->next(FrameType::process_start);
    EXPECT_TRUE(begun && begun->offset == std::strlen(spec) && begun->process == number);
    return number;
  }
  void guest_says(FrameType type, std::uint32_t process, std::string_view payload,
                  std::uint8_t stream = 0, std::uint64_t offset = 0) {
    std::string out;
    protocol::append_frame(out, {.type = type,
                                 .stream = stream,
                                 .process = process,
                                 .offset = offset,
                                 .payload = protocol::bytes_of(payload)});
    guest_->say_raw(out);
  }
  // A new relay; the guest tells of the entrypoint and of process 3, whose client is given back.
  FramePeer take_over(std::array<std::uint64_t, 3> in_guest = {},
                      std::array<std::uint64_t, 3> at_client = {}, std::uint32_t number = 3) {
    start(true, 42);
    FramePeer exec = connect();
    attach(exec, number, true, at_client);
    attach(true, {0, 0, 0});
    tell_processes({{.process = 0, .open = 7, .position = {}},
                    {.process = number, .open = 7, .position = in_guest}});
    return exec;
  }
  // The next ACK for this stream of this process.
  protocol::Position acked(std::uint32_t process, std::uint8_t stream, std::uint64_t* limit) {
    for (;;) {
      const auto ack = guest_->next(FrameType::ack);
      if (!ack) {
        ADD_FAILURE() << "no ACK";
        return {};
      }
      if (ack->process != process || ack->stream != stream) continue;
      *limit = protocol::Reader(ack->bytes()).u64();
      return {.process = process, .stream = stream, .position = ack->offset};
    }
  }
};

}  // namespace monitor
