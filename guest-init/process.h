// A process of a container as PID 1 sees it, from PROCESS_START until the host has its exit record.
#pragma once

#include <sys/types.h>

#include <array>
#include <vector>

#include "guest-init/connection.h"
#include "guest-init/launch.h"
#include "guest-init/streams.h"

namespace guest_init {

class Process {
 public:
  explicit Process(std::uint32_t number) : number_(number) {}

  // Starts it; whether it could be executed is told later, as STARTED or FAILED.
  void start(const ProcessPlan& plan);

  std::uint32_t number() const { return number_; }
  bool is_alive() const { return phase_ == Phase::starting || phase_ == Phase::running; }
  int pidfd() const { return pidfd_.get(); }
  // FAILED was said: there is nothing to keep.
  bool is_forgettable() const { return phase_ == Phase::failed && said_; }
  // EXIT was said on some connection, so that EXIT_ACK may come.
  bool was_told() const { return exit_told_; }
  protocol::ProcessEntry entry() const;

  void watch(PollSet& set) const;
  void serve(const PollSet& set);
  // Queues the next frame that is due: one, so that all processes and streams have their turn.
  bool emit(Connection& connection);

  // What the host says. False: against the protocol.
  bool take(const protocol::Frame& frame);
  void kill(int signal);
  // After a reconnect: `position` is what the host has of `stream`.
  bool rewind(std::uint8_t stream, std::uint64_t position);
  void forget_said();  // for every stream, before rewind()

  bool is_me(pid_t pid) const { return is_alive() && pid == pid_; }
  void reaped(int status, std::uint64_t oom_kills);

 private:
  enum class Phase { starting, running, exited, failed };
  void read_words();
  void take_terminal(Terminal terminal);
  void started();
  void close_output(std::uint8_t stream);
  bool emit_word(Connection& connection);
  bool emit_input(Connection& connection);
  bool emit_output(std::uint8_t stream, Connection& connection);
  bool is_drained() const;
  protocol::ExitRecord exit_record() const;
  bool queue(Connection& connection, protocol::FrameType type, std::string_view payload,
             std::uint8_t stream = 0, std::uint64_t offset = 0) const;
  OutputPipe& output(std::uint8_t stream) { return outputs_[stream - 1u]; }
  const OutputPipe& output(std::uint8_t stream) const { return outputs_[stream - 1u]; }

  std::uint32_t number_;
  Phase phase_ = Phase::starting;
  bool said_ = false;       // STARTED or FAILED, on this connection
  bool exit_said_ = false;  // on this connection
  bool exit_told_ = false;  // on any
  pid_t pid_ = -1;          // kept after the end, for STARTED
  Fd pidfd_;
  Fd words_;           // from the child while it is prepared
  Fd terminal_slave_;  // held so that the terminal lives as long as the process
  Fd terminal_master_;
  InputPipe input_;
  std::array<OutputPipe, 2> outputs_;
  bool standard_input_ = false;
  std::uint8_t turn_ = 0;
  std::vector<int> signals_;  // that came before the start
  Failure failure_;
  protocol::ExitRecord record_;
  std::uint64_t oom_kills_ = 0;
};

}  // namespace guest_init
