// A slot's agent: speaks docs/guest-protocol.md with whoever holds the slot, and owns its container
// and processes, which outlive any connection. It costs next to nothing until the slot is offered.
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
  bool is_offered() const { return offered_; }
  // Nobody can come any more.
  void withdraw();

  // One round of the loop: what to wait for, how long, and what to do then.
  void watch(PollSet& set) const;
  int timeout_ms() const;
  void serve(const PollSet& set, bool devices_changed);

  // True where the process is one of ours.
  bool reaped(pid_t pid, int status);

  // A container is there, or was and has left something; a host is there.
  bool is_used() const;
  bool has_host() const { return established_; }

  // What the slot holds ends, in steps that serve() takes: the processes are killed, the disks are
  // at rest and the host was told, and what was said has gone, or nobody listens. So does SHUTDOWN.
  void end();
  bool is_ending() const { return ending_ != Ending::no; }
  bool has_ended() const { return ending_ == Ending::ended; }
  // One that has ended is offered again, empty; not where something of its container is left.
  void renew();

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
  bool on_freeze(const protocol::Frame& frame);
  bool on_query(const protocol::Frame& frame);
  bool on_exit_ack(const protocol::Frame& frame);
  bool on_shutdown(const protocol::Frame& frame);

  enum class Ending { no, killing, flushing, ended };
  void go_on_ending();
  void kill_all();
  bool has_processes() const;
  void finish();
  bool is_flushed() const { return !established_ || connection_.is_flushed(); }

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
  bool offered_ = false;
  bool greeted_ = false;      // the peer said HELLO
  bool established_ = false;  // and RESUME
  std::uint64_t retry_ns_ = 0;
  Container container_;
  std::vector<Process> processes_;
  std::size_t turn_ = 0;
  PendingSpec pending_;
  std::optional<PendingSpec> ahead_;  // the entrypoint, to be started once the container is ready
  Ending ending_ = Ending::no;
  std::uint64_t patience_ns_ = 0;           // until the next step of the end is taken in any case
  bool tidy_ = true;                        // nothing of the container is left
  std::vector<protocol::DiskId> unwanted_;  // read-only ones, once it has ended
};

}  // namespace guest_init
