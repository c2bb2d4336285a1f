// A host that dies and comes again: nothing is lost, nothing comes twice.
#include <gtest/gtest.h>

#include <csignal>

#include "guest-init/protocol/crc32c.h"
#include "tests/guest-init/guest_fixture.h"

namespace guest_init_test {
namespace {

using protocol::FrameType;

// Numbers, so that a byte lost or doubled shows.
std::string numbers(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST_F(GuestTest, LosesNothingWithItsHost) {
  constexpr int count = 2000000;
  const std::string expected = numbers(count);
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, shell("seq 1 " + std::to_string(count) + "; echo end >&2"));
  for (std::size_t size = 500000; size < expected.size(); size += 1500000) {
    peer().wait_until(0, [&](const auto& v) { return v.text[0].size() > size || v.exit; });
    lose_connection();
    connect();
    const auto state = peer().handshake();
    EXPECT_EQ(state.container, protocol::ContainerState::ready);
    ASSERT_EQ(state.processes.size(), 1u);
  }
  EXPECT_EQ(peer().wait_exit(0).value, 0u);
  EXPECT_TRUE(peer().view(0).text[0] == expected);
  EXPECT_EQ(peer().view(0).text[1], "end\n");
}

TEST_F(GuestTest, GoesOnWithStandardInputWhereItStopped) {
  const std::string input = numbers(1000000);
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = command({"cat"});
  spec.standard_input = true;
  peer().start(0, spec);
  peer().give_input(0, input);
  for (std::size_t size = 300000; size < input.size(); size += 1000000) {
    peer().wait_until(0, [&](const auto& v) { return v.text[0].size() > size; });
    lose_connection();
    connect();
    peer().handshake();
  }
  EXPECT_EQ(peer().wait_exit(0).value, 0u);
  EXPECT_TRUE(peer().view(0).text[0] == input);
}

TEST_F(GuestTest, RunsOnWithoutAHost) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, shell("echo before; sleep 0.3; echo after; exit 5"));
  peer().wait_until(0, [](const auto& v) { return v.text[0] == "before\n"; });
  lose_connection();
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  connect();
  const auto state = peer().handshake();
  ASSERT_EQ(state.processes.size(), 1u);
  EXPECT_EQ(state.processes[0].state, protocol::ProcessState::exited);
  EXPECT_EQ(peer().wait_exit(0).value, 5u);
  EXPECT_EQ(peer().view(0).text[0], "before\nafter\n");
}

TEST_F(GuestTest, RepeatsTheExitUntilItIsAcknowledged) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, shell("echo x; exit 9"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(peer().wait_exit(0, false).value, 9u);
    peer().view(0).exit.reset();
    lose_connection();
    connect();
    EXPECT_EQ(peer().handshake().processes.size(), 1u);
  }
  EXPECT_EQ(peer().wait_exit(0, true).value, 9u);
  peer().idle(base::Milliseconds(50));
  lose_connection();
  connect();
  EXPECT_EQ(peer().handshake().processes.size(), 0u);
  EXPECT_EQ(run(command({"echo", "again"})).out, "again\n");
}

TEST_F(GuestTest, SaysAnewWhetherAProcessStarted) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, command({"sleep", "100"}));
  EXPECT_FALSE(peer().wait_started(0));
  lose_connection();
  connect();
  peer().forget_all();
  EXPECT_EQ(peer().handshake().processes.size(), 1u);
  EXPECT_FALSE(peer().wait_started(0));
}

// One that has forgotten all: it takes the positions from STATE.
TEST_F(GuestTest, TellsAHostThatKnowsNothingWhereItStands) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = shell("echo first; read line; echo second $line");
  spec.standard_input = true;
  peer().start(0, spec);
  peer().wait_until(0, [](const auto& v) { return v.text[0] == "first\n"; });
  std::string limit;
  protocol::append_u64(limit, 1u << 20);
  peer().say(protocol::FrameType::ack, limit, 0, protocol::standard_output, 6);
  peer().idle(base::Milliseconds(50));  // the acknowledgement goes
  lose_connection();
  connect();
  peer().forget_all();
  const auto state = peer().handshake();
  ASSERT_EQ(state.processes.size(), 1u);
  EXPECT_EQ(state.processes[0].position[1], 6u);
  EXPECT_EQ(state.processes[0].open, 7);
  peer().give_input(0, "line\n");
  peer().wait_until(0, [](const auto& v) { return v.exit; });
  EXPECT_EQ(peer().view(0).text[0], "second line\n");
  EXPECT_EQ(peer().view(0).exit->streams[1].bytes, 18u);
  EXPECT_EQ(peer().view(0).exit->streams[1].crc, protocol::crc32c(0, "first\nsecond line\n", 18));
}

TEST_F(GuestTest, KeepsWhatAHostClosedClosedForTheNext) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, shell("yes | cat; echo end >&2"));
  peer().wait_until(0, [](const auto& v) { return v.text[0].size() > 100000; });
  peer().close_output(0, protocol::standard_output);
  peer().wait_until(0, [](const auto& v) { return !v.text[1].empty(); });
  lose_connection();
  connect();
  peer().handshake();
  peer().wait_until(0, [](const auto& v) { return v.exit; });
  EXPECT_TRUE(peer().view(0).output[0].ended());
  EXPECT_EQ(peer().view(0).text[1], "end\n");
}

struct Offence {
  const char* what;
  std::string bytes;
  const char* log;
};

std::string frame(FrameType type, std::string_view payload, std::uint8_t stream = 0,
                  std::uint64_t offset = 0) {
  std::string out;
  protocol::append_frame(
      out,
      {.type = type, .stream = stream, .offset = offset, .payload = protocol::bytes_of(payload)});
  return out;
}

TEST_F(GuestTest, OffersAFreshSlotToAHostThatBreaksTheProtocol) {
  const std::string hello = frame(FrameType::hello, encode(protocol::Hello{}));
  const std::string resume = frame(FrameType::resume, "");
  const std::string nothing(protocol::header_size, '\0');
  const Offence offences[] = {
      {"nonsense", std::string(100, 'x'), "the host sent a frame of more than 65536 bytes"},
      {"type 0", nothing, "the host sent a frame of unknown type"},
      {"no HELLO", resume, "the host broke the protocol with RESUME"},
      {"another magic", frame(FrameType::hello, std::string(48, 'x')),
       "the host broke the protocol with HELLO"},
      {"a version to come",
       frame(FrameType::hello, encode(protocol::Hello{.lowest = 2, .highest = 3})),
       "the host broke the protocol with HELLO"},
      {"no RESUME", hello + frame(FrameType::shutdown, ""),
       "the host broke the protocol with SHUTDOWN"},
      {"a guest's frame", hello + resume + frame(FrameType::exit, ""),
       "the host broke the protocol with EXIT"},
      {"bytes without credit", hello + resume + frame(FrameType::data, "x"),
       "the host broke the protocol with DATA"},
      {"a gap in a spec", hello + resume + frame(FrameType::process_spec, "x", 0, 5),
       "the host broke the protocol with PROCESS_SPEC"},
      {"an ACK of what was not sent",
       hello + resume + frame(FrameType::ack, std::string(8, '\x7f'), 1, 1000000),
       "the host broke the protocol with ACK"},
      {"a second container", hello + resume + frame(FrameType::container, ""),
       "the host broke the protocol with CONTAINER"},
      {"a second start", hello + resume + frame(FrameType::process_start, ""),
       "the host broke the protocol with PROCESS_START"},
  };
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, command({"sleep", "1000"}));
  ASSERT_FALSE(peer().wait_started(0));
  for (const Offence& offence : offences) {
    lose_connection();
    connect();
    send_raw(offence.bytes);
    EXPECT_TRUE(is_hung_up()) << offence.what;
    const std::string log = this->log();
    EXPECT_NE(log.find(offence.log), log.npos) << offence.what << ": " << log;
  }
  lose_connection();
  connect();
  peer().handshake();
  peer().signal(0, SIGKILL);
  EXPECT_EQ(peer().wait_exit(0).value, 9u);
}

}  // namespace
}  // namespace guest_init_test
