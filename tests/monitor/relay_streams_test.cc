// Much at once: frames that the relay passes on from where they lie.
#include <thread>

#include "tests/monitor/relay_peers_fixture.h"

namespace monitor {
namespace {

// `count` bytes in frames of the greatest size, no two of which are the same.
std::string large_frames(std::uint32_t process, std::uint8_t stream, std::size_t count,
                         std::string& payloads) {
  std::string frames;
  for (std::uint64_t offset = 0; offset < count; offset += protocol::max_payload) {
    const std::size_t size = std::min<std::size_t>(count - offset, protocol::max_payload);
    const std::string payload(size, static_cast<char>('a' + offset / protocol::max_payload));
    protocol::append_frame(frames, {.type = FrameType::data,
                                    .stream = stream,
                                    .process = process,
                                    .offset = offset,
                                    .payload = protocol::bytes_of(payload)});
    payloads += payload;
  }
  return frames;
}

std::string payloads_of(FramePeer& peer, std::uint32_t process, std::size_t count) {
  std::string seen;
  while (seen.size() < count) {
    const auto frame = peer.next(FrameType::data);
    if (!frame) break;
    EXPECT_EQ(frame->process, process);
    EXPECT_EQ(frame->offset, seen.size());
    seen += frame->payload;
  }
  return seen;
}

TEST_F(RelayPeersTest, MuchAtOnceGoesBothWaysToWhomeverItBelongs) {
  constexpr std::size_t much = 900'000;
  constexpr std::size_t input =
      150'000;  // what a socket takes: it does not tell of room as a vchan
  run_container();
  FramePeer exec = connect();
  const std::uint32_t number = start_process(exec);
  guest_says(FrameType::started, number, std::string(4, '\0'));
  exec.say_number(FrameType::ack, much, 1, 0);
  client_->say_number(FrameType::ack, much, 1, 0);
  std::uint64_t limit = 0;
  while (limit < much) acked(number, 1, &limit);
  std::string said;
  std::string meanwhile;
  std::thread guest([&] { guest_->say_raw(large_frames(number, 1, much, said)); });
  const std::string got = payloads_of(exec, number, much);
  guest.join();
  EXPECT_TRUE(got == said) << "of the process";
  guest_says(FrameType::data, 0, std::string(5000, 'e'), 1, 0);
  EXPECT_EQ(payloads_of(*client_, 0, 5000), std::string(5000, 'e')) << "of the entrypoint";
  std::string granted;
  protocol::append_u64(granted, much);
  guest_says(FrameType::ack, number, granted);
  ASSERT_TRUE(exec.next(FrameType::ack));
  std::thread client([&] { exec.say_raw(large_frames(0, 0, input, meanwhile)); });
  const std::string fed = payloads_of(*guest_, number, input);
  client.join();
  EXPECT_TRUE(fed == meanwhile) << "its input";
}

}  // namespace
}  // namespace monitor
