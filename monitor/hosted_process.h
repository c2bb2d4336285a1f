// A process in the guest as the relay knows it: how far its streams have come, and what the guest
// was granted of them. Bookkeeping without input or output; every number that the guest says is
// checked.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "base/clock.h"
#include "guest-init/protocol/messages.h"

namespace monitor {

// What one client has of an output stream, and how far it takes more.
struct Wish {
  std::uint64_t position = 0;
  std::uint64_t limit = 0;
};

class HostedProcess {
 public:
  explicit HostedProcess(std::uint32_t number) : number_(number) {}
  // As the guest tells of one that it had before us; STARTED, or FAILED, is said anew.
  explicit HostedProcess(const protocol::ProcessEntry& entry);

  std::uint32_t number() const { return number_; }

  // The guest's words. False: against the protocol.
  bool take_output(const protocol::Frame& frame);
  bool take_output_end(const protocol::Frame& frame);
  bool take_input_ack(const protocol::Frame& frame);
  bool take_exit(const protocol::ExitRecord& record);
  void take_input_close() { input_closed_ = true; }
  bool take_started() { return !std::exchange(started_, true); }

  bool started() const { return started_; }
  const std::optional<protocol::ExitRecord>& exit() const { return exit_; }

  // Output. What the guest is to be told now, by what the clients wish; without any, what comes is
  // only logged. nullopt: nothing new.
  std::optional<Wish> grant(std::uint8_t stream, std::span<const Wish> wishes);
  void close_output(std::uint8_t stream) { outputs_[stream].closed = true; }
  bool output_ended(std::uint8_t stream) const { return outputs_[stream].ended; }
  std::uint64_t received(std::uint8_t stream) const { return outputs_[stream].received; }
  std::uint64_t granted(std::uint8_t stream) const { return outputs_[stream].limit; }

  // Standard input, whose bytes come from one client. False: against the protocol.
  bool put_input(const protocol::Frame& frame);
  void end_input() { input_ended_ = true; }
  bool input_wanted() const { return !input_ended_ && !input_closed_; }
  bool input_closed() const { return input_closed_; }
  // What the guest has taken: another client goes on there.
  std::uint64_t rewind_input() { return input_sent_ = input_acked_; }
  std::uint64_t input_sent() const { return input_sent_; }
  std::uint64_t input_acked() const { return input_acked_; }
  std::uint64_t input_limit() const { return input_limit_; }

  // Until then somebody is expected who has seen its output already.
  base::Deadline patience = base::Deadline::never();
  bool expected = false;

 private:
  struct Output {
    std::uint64_t received = 0;  // next byte from the guest
    std::uint64_t acked = 0;     // said to the guest
    std::uint64_t limit = 0;     // granted to the guest
    bool closed = false;         // CLOSE was said
    bool ended = false;
  };

  std::uint32_t number_;
  std::array<Output, protocol::stream_count> outputs_{};  // 1 and 2 are used
  std::uint64_t input_sent_ = 0;                          // next byte of standard input
  std::uint64_t input_acked_ = 0;                         // the guest's last word on it
  std::uint64_t input_limit_ = 0;
  bool input_ended_ = false;
  bool input_closed_ = false;
  bool started_ = false;
  std::optional<protocol::ExitRecord> exit_;
};

}  // namespace monitor
