// The host's side of the guest protocol, for tests: speaks to a real agent over any transport,
// keeps what comes, and can lose its connection and resume. Every wait has a deadline.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "guest-init/protocol/messages.h"
#include "guest-init/protocol/spec.h"
#include "guest-init/protocol/streams.h"
#include "guest-init/transport.h"

namespace support {

// What the host knows of one process.
struct ProcessView {
  std::array<protocol::IncomingStream, 2> output = {protocol::IncomingStream(1 << 20),
                                                    protocol::IncomingStream(1 << 20)};
  std::array<std::string, 2> text;  // of stdout and stderr
  protocol::OutgoingStream input{1 << 20};
  std::string input_rest;  // not yet given to `input`
  bool input_ends = false;
  bool input_closed = false;  // the guest said CLOSE
  bool reads = true;          // hands over (and so acknowledges) what comes
  bool started = false;
  std::optional<std::uint32_t> pid;
  std::optional<protocol::Failure> failure;
  std::optional<protocol::ExitRecord> exit;
};

class GuestPeer {
 public:
  explicit GuestPeer(guest_init::Transport transport) : transport_(transport) {}

  // HELLO both ways, RESUME with what is known, STATE. Again after reconnect().
  protocol::State handshake();
  // The old connection is gone; what is known stays.
  void reconnect(guest_init::Transport transport);

  void ask_for_container(const protocol::ContainerSpec& spec);
  bool has_container() const { return container_ready_; }
  // As a host that has lost its records.
  void forget_all() { views_.clear(); }

  // nullopt: ready.
  std::optional<protocol::Failure> wait_container();
  std::optional<protocol::Failure> make_container(const protocol::ContainerSpec& spec) {
    ask_for_container(spec);
    return wait_container();
  }
  // Sends the specification in pieces and PROCESS_START; does not wait.
  void start(std::uint32_t process, const protocol::ProcessSpec& spec);
  // Waits for STARTED (nullopt) or FAILED.
  std::optional<protocol::Failure> wait_started(std::uint32_t process);
  // Gives the process its standard input, whole and then EOF.
  void give_input(std::uint32_t process, std::string_view bytes);
  // Waits for EXIT, checks it against what came, answers EXIT_ACK unless told otherwise.
  protocol::ExitRecord wait_exit(std::uint32_t process, bool acknowledge = true);
  // Waits until `done` is true of the process.
  template <typename Done>
  void wait_until(std::uint32_t process, Done done) {
    const auto deadline = patience();
    while (!done(view(process))) step(deadline);
  }
  // Goes on for a while, whatever comes.
  void idle(base::Milliseconds duration);

  void say(protocol::FrameType type, std::string_view payload = {}, std::uint32_t process = 0,
           std::uint8_t stream = 0, std::uint64_t offset = 0);
  void signal(std::uint32_t process, std::uint32_t number);
  void resize(std::uint32_t process, protocol::WindowSize size);
  void close_output(std::uint32_t process, std::uint8_t stream);

  ProcessView& view(std::uint32_t process) { return views_[process]; }
  const protocol::Hello& hello() const { return hello_; }
  const std::vector<protocol::Timing>& timings() const { return timings_; }
  const std::vector<std::string>& log() const { return log_; }
  std::optional<bool> frozen() const { return frozen_; }  // the last answer
  const std::optional<protocol::GuestInfo>& info() const { return info_; }
  bool is_shut_down() const { return shut_down_; }
  bool is_gone() const { return gone_; }
  void step(const base::Deadline& deadline);

 private:
  static base::Deadline patience() { return base::Deadline::after(base::Milliseconds(60000)); }
  void pump();
  void receive();
  void flush();
  void handle(const protocol::Frame& frame);
  void on_state(const protocol::State& state);
  void on_output(ProcessView& view, const protocol::Frame& frame);
  void pump_process(std::uint32_t process, ProcessView& view);

  guest_init::Transport transport_;
  std::string in_;
  std::string out_;
  bool gone_ = false;
  bool greeted_ = false;
  bool established_ = false;
  std::optional<protocol::State> state_;
  std::optional<protocol::Failure> container_failure_;
  bool container_ready_ = false;
  bool container_asked_for_ = false;  // and not answered: nothing but a start may be sent
  bool shut_down_ = false;
  std::optional<bool> frozen_;
  std::optional<protocol::GuestInfo> info_;
  protocol::Hello hello_;
  std::vector<protocol::Timing> timings_;
  std::vector<std::string> log_;
  std::map<std::uint32_t, ProcessView> views_;
};

}  // namespace support
