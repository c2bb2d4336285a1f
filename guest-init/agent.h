// A slot's agent: speaks docs/guest-protocol.md with whoever holds the slot, and owns its container
// and processes, which outlive any connection.
#pragma once

#include <optional>
#include <vector>

#include "guest-init/connection.h"
#include "guest-init/container.h"
#include "guest-init/process.h"

namespace guest_init {

class Agent {
 public:
  Agent(std::uint32_t slot, Transport transport, Guest& guest);

  // Offers the slot and says HELLO. False: `why` tells; serve() tries again.
  bool offer(std::string& why);

  // One round of the loop: what to wait for, how long, and what to do then.
  void watch(PollSet& set) const;
  int timeout_ms() const;
  void serve(const PollSet& set, bool devices_changed);

  // True where the process is one of ours.
  bool reaped(pid_t pid, int status);

  // The end: SHUTDOWN came; no process is left; the disks are at rest and the host was told; and
  // what was said has gone, or nobody listens.
  bool shutdown_wanted() const { return shutdown_wanted_; }
  void kill_all();
  bool has_processes() const;
  void finish();
  bool is_flushed() const { return !established_ || connection_.is_flushed(); }

 private:
  struct Handler;
  static const Handler handlers[];
  struct PendingSpec {
    std::uint32_t process = 0;
    std::string bytes;
  };

  void receive();
  bool handle(const protocol::Frame& frame);
  void drop(const std::string& why);  // and offer again
  void send();
  bool emit();

  bool on_hello(const protocol::Frame& frame);
  bool on_resume(const protocol::Frame& frame);
  bool on_container(const protocol::Frame& frame);
  bool on_process_spec(const protocol::Frame& frame);
  bool on_process_start(const protocol::Frame& frame);
  bool on_process(const protocol::Frame& frame);
  bool on_exit_ack(const protocol::Frame& frame);
  bool on_shutdown(const protocol::Frame& frame);

  void start_pending(const PendingSpec& pending);
  void container_changed();
  void start_process(std::uint32_t number, const protocol::ProcessSpec& spec);
  void say_state();
  void say_container();
  void say_failed(std::uint32_t process, const Failure& failure);
  void say(protocol::FrameType type, std::string_view payload, std::uint32_t process = 0);
  Process* find(std::uint32_t number);

  std::uint32_t slot_;
  Guest& guest_;
  Connection connection_;
  bool greeted_ = false;      // the peer said HELLO
  bool established_ = false;  // and RESUME
  std::uint64_t retry_ns_ = 0;
  Container container_;
  std::vector<Process> processes_;
  std::size_t turn_ = 0;
  PendingSpec pending_;
  std::optional<PendingSpec> ahead_;  // the entrypoint, to be started once the container is ready
  bool shutdown_wanted_ = false;
};

}  // namespace guest_init
