// The client's side of docs/guest-protocol.md, "Client and relay", as bookkeeping without input or
// output: frames in, frames out, bytes for the user's descriptors.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/terminal.h"
#include "guest-init/protocol/messages.h"
#include "guest-init/protocol/streams.h"

namespace engine {

// Whether everything that the process says is ours, or what it says from now on.
enum class Joining { at_start, meanwhile };

class ClientStreams {
 public:
  // `input`: the process's standard input is ours to feed. `spec`: of a process that is started for
  // us (exec), encoded; without it we attach to the entrypoint.
  explicit ClientStreams(bool input, Joining joining = Joining::at_start, std::string spec = {});

  // A connection begins, the first or one after the relay was lost: what to say.
  std::string greet();
  bool attached() const { return attached_; }

  // Takes a frame of the relay's; answers are appended to `out`. False where the frame is against
  // the protocol, with the reason in why().
  bool handle(const protocol::Frame& frame, std::string& out);
  const std::string& why() const { return why_; }

  // Standard input.
  std::size_t input_room() const;  // 0 where none is wanted now
  void put_input(std::span<const std::byte> bytes, std::string& out);
  // The same without a copy: where the next bytes go, which may be less than input_room(), and that
  // some are there.
  std::span<std::byte> input_space() { return input_.space(); }
  void input_added(std::size_t size, std::string& out);
  void end_input(std::string& out);
  bool input_wanted() const { return input_open_; }

  // Output goes to `deliver` first, which says how much of it it took; without it, or where some
  // waits already, it waits.
  using Deliver = std::function<std::size_t(std::uint8_t stream, std::span<const std::byte>)>;
  void deliver_to(Deliver deliver) { deliver_ = std::move(deliver); }
  // Output that waits for the user's descriptor (stream 1 or 2).
  std::span<const std::byte> pending(std::uint8_t stream) const;
  void written(std::uint8_t stream, std::size_t size, std::string& out);
  // Nobody reads that descriptor any more.
  void close_output(std::uint8_t stream, std::string& out);

  static void send_signal(int signal, std::string& out);
  static void send_extent(const TerminalExtent& extent, std::string& out);

  // Of a process that was started for us: it runs, or why not.
  bool started() const { return started_; }
  const std::optional<protocol::Failure>& failure() const { return failure_; }

  // The end, once the relay has told it; what was received is complete then (else handle() failed).
  const std::optional<protocol::ExitRecord>& exit() const { return exit_; }
  // What the relay had to say instead.
  const std::string& relay_error() const { return relay_error_; }

 private:
  struct Output {
    explicit Output(std::size_t window) : incoming(window) {}
    protocol::IncomingStream incoming;
    std::string bytes;
    std::size_t head = 0;
    bool closed = false;
    bool partial = false;  // it had begun before we came: there is no sum to compare
  };

  Output& output(std::uint8_t stream) { return outputs_[stream - 1u]; }
  const Output& output(std::uint8_t stream) const { return outputs_[stream - 1u]; }
  bool fail(std::string why);
  bool take_data(const protocol::Frame& frame, std::string& out);
  void ask_for_process(std::string& out) const;
  void ask_to_attach(std::string& out) const;
  bool take_attached(const protocol::Frame& frame, std::string& out);
  std::span<const std::byte> deliver_at_once(std::uint8_t stream, std::span<const std::byte> bytes,
                                             std::string& out);
  bool begin_at(const protocol::ProcessEntry& entry);
  bool take_ack(const protocol::Frame& frame, std::string& out);
  bool take_exit(const protocol::Frame& frame, std::string& out);
  void send_input(std::string& out);
  void send_ack(std::uint8_t stream, std::string& out);

  Deliver deliver_;
  protocol::OutgoingStream input_;
  std::array<Output, 2> outputs_;
  bool input_open_;
  Joining joining_;
  bool attached_ = false;
  bool greeted_ = false;  // and answered
  bool started_ = false;
  std::string spec_;
  std::uint32_t process_ = 0;
  std::uint64_t input_base_ = 0;  // where our standard input begins in the process's
  std::optional<protocol::Failure> failure_;
  std::optional<protocol::ExitRecord> exit_;
  std::string why_;
  std::string relay_error_;
};

}  // namespace engine
