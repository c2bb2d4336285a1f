#include <sys/eventfd.h>
#include <unistd.h>

#include "guest-init/protocol/spec.h"
#include "tests/monitor/relay_fixture.h"

namespace monitor {
namespace {

TEST_F(RelayTest, TheGuestIsAskedStepByStepAndTheParentTold) {
  start();
  attach();
  ASSERT_TRUE(guest_->next(FrameType::hello));
  hello(42);
  EXPECT_EQ(told(MessageType::hello)->numbers[0], 42u);
  ASSERT_TRUE(guest_->next(FrameType::resume));
  guest_->say(FrameType::state, encode(protocol::State{}));
  EXPECT_EQ(guest_->next(FrameType::container)->payload, "container");
  guest_->say(FrameType::container_ready, encode(std::vector<protocol::Timing>{{"overlay", 77}}));
  EXPECT_EQ(told(MessageType::timing)->numbers[0], 77u);
  ASSERT_TRUE(told(MessageType::ready));
  std::string spec;
  for (auto frame = guest_->next(); frame && frame->type == FrameType::process_spec;
       frame = guest_->next()) {
    EXPECT_EQ(frame->offset, spec.size());
    spec += frame->payload;
  }
  EXPECT_EQ(spec, std::string(100'000, 'p'));
  guest_->say(FrameType::started, std::string(4, '\0'));
  ASSERT_TRUE(told(MessageType::started));
}

TEST_F(RelayTest, AGuestHearsOfItsContainerWhenTheDisksAreThere) {
  disks_there_ = false;
  start();
  attach();
  hello();
  ASSERT_TRUE(guest_->next(FrameType::resume));
  guest_->say(FrameType::state, encode(protocol::State{}));
  guest_->say(FrameType::log, std::string("\1x"));
  ASSERT_TRUE(told(MessageType::log));
  EXPECT_FALSE(guest_->has_said(base::Milliseconds(100)));
  order(MessageType::disks);
  EXPECT_EQ(guest_->next(FrameType::container)->payload, "container");
  ASSERT_TRUE(guest_->next(FrameType::process_start));
}

TEST_F(RelayTest, AGuestWithoutDisksHasNoContainerThatCouldBeReady) {
  disks_there_ = false;
  start();
  attach();
  hello();
  ASSERT_TRUE(guest_->next(FrameType::resume));
  guest_->say(FrameType::state, encode(protocol::State{}));
  guest_->say(FrameType::container_ready, encode(std::vector<protocol::Timing>{}));
  expect_broken();
}

TEST_F(RelayTest, BytesGoBothWaysWithTheirPositions) {
  run_container();
  grant(1, 0, 1000);
  guest_->say(FrameType::data, "hello", 1, 0);
  auto frame = client_->next(FrameType::data);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->payload, "hello");
  guest_->say_number(FrameType::ack, 100, 0, 0);
  ASSERT_TRUE(client_->next(FrameType::ack));
  client_->say(FrameType::data, "input", 0, 0);
  client_->say(FrameType::eof, "", 0, 5);
  EXPECT_EQ(guest_->next(FrameType::data)->payload, "input");
  EXPECT_EQ(guest_->next(FrameType::eof)->offset, 5u);
}

TEST_F(RelayTest, WhoClosesAStreamMayStillAcknowledgeWhatWasUnderWay) {
  run_container();
  grant(1, 0, 1000);
  guest_->say(FrameType::data, "hello", 1, 0);
  ASSERT_TRUE(client_->next(FrameType::data));
  client_->say(FrameType::close, "", 1, 0);
  client_->say_number(FrameType::ack, 2000, 1, 5);
  ASSERT_TRUE(guest_->next(FrameType::close));
  client_->say_number(FrameType::ack, 1000, 2, 0);
  auto ack = guest_->next(FrameType::ack);
  while (ack && ack->stream != 2) ack = guest_->next(FrameType::ack);
  ASSERT_TRUE(ack);
  guest_->say(FrameType::data, "other", 2, 0);
  const auto frame = client_->next(FrameType::data);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->payload, "other");
}

// Says something of which no event tells; whether it was found and counted. It may also have been
// read while the relay was still awake.
bool is_missed(FramePeer& guest, int parent) {
  guest.say(FrameType::log, std::string("\1x"));
  while (base::wait_readable(parent, base::Deadline::after(base::Milliseconds(500)))) {
    const auto message = receive_message(parent);
    if (!message || message->type == MessageType::missed) return message.has_value();
  }
  return false;
}

TEST_F(RelayTest, WhatNoEventToldOfIsFoundAndCounted) {
  base::Pair pair = base::make_socket_pair();
  const base::UniqueFd event(eventfd(0, EFD_CLOEXEC));
  guest_.emplace(std::move(pair.first));
  ForgetfulChannel forgetful(std::move(pair.second), event.get());
  start(forgetful, false, 0, base::Milliseconds(50));
  ASSERT_TRUE(guest_->next(FrameType::hello));
  hello();
  bool missed = false;
  for (int attempt = 0; attempt < 10 && !missed; ++attempt)
    missed = is_missed(*guest_, parent_.get());
  EXPECT_TRUE(missed);
  // With its event it is none.
  const std::uint64_t one = 1;
  ASSERT_EQ(write(event.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  EXPECT_FALSE(is_missed(*guest_, parent_.get()));
  finish();
}

TEST_F(RelayTest, ASignalOfTheParentsReachesTheEntrypoint) {
  run_container();
  order(MessageType::signal, 15);
  const auto signal = guest_->next(FrameType::signal);
  ASSERT_TRUE(signal);
  protocol::Reader reader(protocol::bytes_of(signal->payload));
  EXPECT_EQ(reader.u32(), 15u);
  EXPECT_TRUE(reader.finished());
}

TEST_F(RelayTest, WhatIsForTheContainerWaitsForARelayThatHasJustTakenOver) {
  start(false, 42);
  order(MessageType::signal, 15);
  order(MessageType::freeze, 0);
  tell_processes({{.process = 0, .open = 7, .position = {}}});
  guest_->say(FrameType::started, std::string(4, '\0'));
  EXPECT_TRUE(guest_->next(FrameType::signal));
  EXPECT_TRUE(guest_->next(FrameType::freeze));
}

TEST_F(RelayTest, ANewRelayResumesWhereTheClientIs) {
  start(true, 42);
  attach(true, {3, 10, 20});
  hello(42);
  const auto resume = guest_->next(FrameType::resume);
  ASSERT_TRUE(resume);
  std::vector<protocol::Position> have;
  ASSERT_TRUE(decode(resume->bytes(), have));
  ASSERT_EQ(have.size(), 2u);
  EXPECT_EQ(have[0].position, 10u);
  protocol::State state;
  state.container = protocol::ContainerState::ready;
  state.processes.push_back(
      {.process = 0, .state = protocol::ProcessState::running, .open = 7, .position = {5, 10, 20}});
  guest_->say(FrameType::state, encode(state));
  guest_->say(FrameType::started, std::string(4, '\0'));
  const auto attached = client_->next(FrameType::attached);
  ASSERT_TRUE(attached);
  ASSERT_TRUE(decode(attached->bytes(), state));
  EXPECT_EQ(state.processes[0].position[0], 5u);
  grant(1, 10, 100);
  guest_->say(FrameType::data, "again", 1, 10);
  EXPECT_EQ(client_->next(FrameType::data)->offset, 10u);
}

TEST_F(RelayTest, ANewRelayDoesNotWaitForAClientForEver) {
  start(true);
  hello();
  EXPECT_TRUE(guest_->next(FrameType::resume));
}

TEST_F(RelayTest, AGuestThatWasStartedAgainIsNotTakenForTheOldOne) {
  start(true, 41);
  hello(42);
  expect_broken();
}

TEST_F(RelayTest, AFailedStartIsToldWithItsStage) {
  start();
  attach();
  hello();
  ASSERT_TRUE(guest_->next(FrameType::resume));
  guest_->say(FrameType::state, encode(protocol::State{}));
  ASSERT_TRUE(guest_->next(FrameType::container));
  guest_->say(FrameType::failed, encode(protocol::Failure{.stage = protocol::FailureStage::mount,
                                                          .error_number = 5,
                                                          .text = "overlay\x1b[2J"}));
  const auto failed = told(MessageType::failed);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->code, 5);
  EXPECT_EQ(failed->take_text().find('\x1b'), std::string::npos);
}

// What a hostile guest may try once its process runs. Each ends the relay with a reason.
struct Attack {
  const char* what;
  void (*commit)(FramePeer&);
};

std::string raw_header(std::uint32_t length, std::uint8_t type, std::uint8_t stream,
                       std::uint16_t flags, std::uint32_t process, std::uint64_t offset) {
  std::string out;
  protocol::append_u32(out, length);
  out += static_cast<char>(type);
  out += static_cast<char>(stream);
  protocol::append_u16(out, flags);
  protocol::append_u32(out, process);
  protocol::append_u32(out, 0);
  protocol::append_u64(out, offset);
  return out;
}

const Attack attacks[] = {
    {"output without credit", [](FramePeer& g) { g.say(FrameType::data, "x", 1, 0); }},
    {"output on standard input", [](FramePeer& g) { g.say(FrameType::data, "x", 0, 0); }},
    {"output with a gap", [](FramePeer& g) { g.say(FrameType::data, "x", 2, 9); }},
    {"output at the end of all numbers",
     [](FramePeer& g) { g.say(FrameType::data, "xx", 1, ~0ull); }},
    {"empty output", [](FramePeer& g) { g.say(FrameType::data, "", 1, 0); }},
    {"an end elsewhere", [](FramePeer& g) { g.say(FrameType::eof, "", 1, 5); }},
    {"an ACK of what was never sent", [](FramePeer& g) { g.say_number(FrameType::ack, 9, 0, 9); }},
    {"an ACK too short", [](FramePeer& g) { g.say(FrameType::ack, "x", 0, 0); }},
    {"CLOSE of an output", [](FramePeer& g) { g.say(FrameType::close, "", 1, 0); }},
    {"a second HELLO", [](FramePeer& g) { g.say(FrameType::hello, encode(protocol::Hello{})); }},
    {"a second STATE", [](FramePeer& g) { g.say(FrameType::state, encode(protocol::State{})); }},
    {"STARTED twice", [](FramePeer& g) { g.say(FrameType::started, std::string(4, '\0')); }},
    {"the host's own frames", [](FramePeer& g) { g.say(FrameType::shutdown); }},
    {"the relay's own frames", [](FramePeer& g) { g.say(FrameType::attached, "x"); }},
    {"an exit too short", [](FramePeer& g) { g.say(FrameType::exit, "x"); }},
    {"an exit that counts other bytes",
     [](FramePeer& g) {
       protocol::ExitRecord record;
       record.streams[1].bytes = 7;
       g.say(FrameType::exit, encode(record));
     }},
    {"a frame too long", [](FramePeer& g) { g.say_raw(raw_header(70'000, 16, 1, 0, 0, 0)); }},
    {"a type that is none", [](FramePeer& g) { g.say_raw(raw_header(0, 200, 0, 0, 0, 0)); }},
    {"a stream that is none", [](FramePeer& g) { g.say_raw(raw_header(1, 16, 7, 0, 0, 0) + "x"); }},
    {"flags", [](FramePeer& g) { g.say_raw(raw_header(1, 16, 1, 3, 0, 0) + "x"); }},
    {"another process", [](FramePeer& g) { g.say_raw(raw_header(1, 16, 1, 0, 9, 0) + "x"); }},
};

class HostileGuest : public RelayTest, public testing::WithParamInterface<Attack> {};

TEST_P(HostileGuest, EndsTheRelayWithAReason) {
  run_container();
  GetParam().commit(*guest_);
  expect_broken();
}

std::string attack_name(const testing::TestParamInfo<Attack>& attack) {
  std::string name;
  for (const char c : std::string_view(attack.param.what))
    if (isalnum(static_cast<unsigned char>(c)) != 0) name += c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Relay, HostileGuest, testing::ValuesIn(attacks), attack_name);

TEST_F(RelayTest, AClientThatBreaksTheRulesIsCutOffAndTheContainerRunsOn) {
  run_container();
  client_->say(FrameType::data, "x", 0, 77);
  EXPECT_TRUE(client_->closed());
  ASSERT_TRUE(guest_->next(FrameType::eof));
  guest_->say(FrameType::exit, encode(protocol::ExitRecord{}));
  EXPECT_TRUE(told(MessageType::exited));
}

}  // namespace
}  // namespace monitor
