// A relay between a guest, a parent and clients that a test plays.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "engine/monitor_process.h"
#include "monitor/relay.h"
#include "tests/support/frame_peer.h"

namespace monitor {

using protocol::FrameType;
using support::FramePeer;

// A guest's channel over a socket, with a vchan's manners.
class SocketChannel : public GuestChannel {
 public:
  explicit SocketChannel(base::UniqueFd fd) : fd_(std::move(fd)) {}
  int fd() const override { return fd_.get(); }
  void clear_event() override {}
  std::optional<std::size_t> read(std::span<std::byte> buffer) override {
    const ssize_t size = recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) return static_cast<std::size_t>(size);
    if (size < 0 && errno == EAGAIN) return 0;
    return std::nullopt;
  }
  std::optional<std::size_t> write(std::span<const std::byte> bytes) override {
    const ssize_t size = send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EAGAIN) return 0;
    return std::nullopt;
  }

 private:
  base::UniqueFd fd_;
};

// The same, but what it has to say is told by another descriptor, and only when it is asked to.
class ForgetfulChannel : public SocketChannel {
 public:
  ForgetfulChannel(base::UniqueFd fd, int event) : SocketChannel(std::move(fd)), event_(event) {}
  int fd() const override { return event_; }

 private:
  int event_;
};

class RelayTest : public testing::Test {
 protected:
  RelayTest() {
    base::Pair guest = base::make_socket_pair();
    guest_.emplace(std::move(guest.first));
    channel_.emplace(std::move(guest.second));
    base::Pair client = base::make_socket_pair();
    client_.emplace(std::move(client.first));
    relay_client_ = std::move(client.second);
    int sockets[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
    parent_.reset(sockets[0]);
    relay_parent_.reset(sockets[1]);
    listen_at(directory_.path() + "/monitor.sock");
  }
  ~RelayTest() override { finish(); }

  void listen_at(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    listener_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    ASSERT_EQ(listen(listener_.get(), 8), 0);
  }
  // Another client, which says HELLO.
  FramePeer connect() {
    FramePeer peer(engine::connect_monitor(directory_.path() + "/monitor.sock"));
    peer.say(FrameType::hello, encode(protocol::Hello{}));
    return peer;
  }

  void start(bool client_expected = true, std::uint64_t epoch = 0) {
    start(*channel_, client_expected, epoch);
  }
  void start(GuestChannel& channel, bool client_expected, std::uint64_t epoch,
             base::Milliseconds watchdog = base::Milliseconds(60'000)) {
    RelayRequest request{
        .parent = relay_parent_.get(),
        .listener = listener_.get(),
        .first_client = std::move(relay_client_),
        .container_spec = "container",
        .process_spec = std::string(100'000, 'p'),
        .epoch = epoch,
        .client_expected = client_expected,
        .disks_there = disks_there_,
        .client_patience = base::Milliseconds(200),
        .watchdog = watchdog,
    };
    thread_ = std::thread([this, &channel, request = std::move(request)]() mutable {
      try {
        Relay(std::move(request), channel).run();
      } catch (const base::Error&) {
        // The parent's end is gone: the test is over.
      }
      channel_.reset();
      relay_parent_.reset();
    });
  }
  void finish() {
    parent_.reset();
    if (thread_.joinable()) thread_.join();
  }

  std::optional<Message> told(MessageType type) {
    while (base::wait_readable(parent_.get(), base::Deadline::after(base::Milliseconds(5000)))) {
      const auto message = receive_message(parent_.get());
      if (!message || message->type == type) return message;
    }
    return std::nullopt;
  }
  void order(MessageType type, std::uint64_t number = 0, std::string_view text = {}) {
    Message message;
    message.put_text(text);
    message.type = type;
    message.numbers[0] = number;
    send_message(parent_.get(), message);
  }

  void attach(bool resume = false, std::array<std::uint64_t, 3> position = {}) {
    client_->say(FrameType::hello, encode(protocol::Hello{}));
    attach(*client_, 0, resume, position, true);
  }
  static void attach(FramePeer& peer, std::uint32_t process, bool resume = false,
                     std::array<std::uint64_t, 3> position = {}, bool owner = false) {
    peer.say(FrameType::attach, encode(protocol::Attach{.process = process,
                                                        .streams = 7,
                                                        .resume = resume,
                                                        .owner = owner,
                                                        .position = position}));
  }
  void hello(std::uint64_t epoch = 42) {
    protocol::Hello hello;
    hello.epoch = epoch;
    guest_->say(FrameType::hello, encode(hello));
  }
  // The guest's side of another relay's beginning: the processes that it has.
  void tell_processes(std::vector<protocol::ProcessEntry> processes) {
    hello();
    ASSERT_TRUE(guest_->next(FrameType::resume));
    guest_->say(FrameType::state,
                encode(protocol::State{.container = protocol::ContainerState::ready,
                                       .processes = std::move(processes)}));
  }
  // Up to a running process with an attached client.
  void run_container() {
    start();
    attach();
    hello();
    ASSERT_TRUE(guest_->next(FrameType::resume));
    guest_->say(FrameType::state, encode(protocol::State{}));
    ASSERT_TRUE(guest_->next(FrameType::container));
    guest_->say(FrameType::container_ready, encode(std::vector<protocol::Timing>{}));
    ASSERT_TRUE(guest_->next(FrameType::process_start));
    guest_->say(FrameType::started, std::string(4, '\0'));
    ASSERT_TRUE(client_->next(FrameType::attached));
  }
  void grant(std::uint8_t stream, std::uint64_t position, std::uint64_t limit) {
    client_->say_number(FrameType::ack, limit, stream, position);
    ASSERT_TRUE(guest_->next(FrameType::ack));
  }
  // What `peer` was told of the process that it is attached to.
  static protocol::ProcessEntry attached(FramePeer& peer) {
    protocol::State state;
    const auto frame = peer.next(FrameType::attached);
    if (!frame || !decode(frame->bytes(), state) || state.processes.empty()) {
      ADD_FAILURE() << "not attached";
      return {};
    }
    return state.processes[0];
  }
  void expect_broken() {
    const auto message = told(MessageType::broken);
    ASSERT_TRUE(message);
    EXPECT_FALSE(message->take_text().empty());
    while (guest_->next()) {  // what was on its way; then the end
    }
    finish();
  }

  base::TempDir directory_{testing::TempDir(), "relay"};
  base::UniqueFd listener_;
  bool disks_there_ = true;
  std::optional<FramePeer> guest_;
  std::optional<FramePeer> client_;
  std::optional<SocketChannel> channel_;
  base::UniqueFd relay_client_;
  base::UniqueFd parent_;
  base::UniqueFd relay_parent_;
  std::thread thread_;
};

}  // namespace monitor
