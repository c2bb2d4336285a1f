// The half of the monitor that talks with the guest: frames between the vchan and who is attached
// to the container's processes, events for the parent. Treats every byte of the guest's as hostile;
// runs without privileges (sandbox.h).
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "guest-init/protocol/messages.h"
#include "guest-init/protocol/spec.h"
#include "monitor/hosted_process.h"
#include "monitor/log_file.h"
#include "monitor/relay_message.h"
#include "monitor/relay_peer.h"

namespace monitor {

// The guest's end, as bytes: a vchan, in tests a socket pair. As xen::Vchan: never blocks.
class GuestChannel {
 public:
  virtual ~GuestChannel() = default;
  virtual int fd() const = 0;
  virtual void clear_event() = 0;
  // 0: none or no room now; nullopt: the guest has closed.
  virtual std::optional<std::size_t> read(std::span<std::byte> buffer) = 0;
  virtual std::optional<std::size_t> write(std::span<const std::byte> bytes) = 0;
};

struct RelayRequest {
  int parent = -1;               // messages
  int listener = -1;             // clients connect here; -1 for none
  base::UniqueFd first_client;   // connected already, or empty
  std::string container_spec;    // encoded
  std::string process_spec;      // encoded
  std::uint64_t epoch = 0;       // of the guest as known from before, 0 unknown
  bool client_expected = false;  // wait for it before the guest is asked for bytes
  bool disks_there = true;       // the guest may hear of its container
  base::Milliseconds client_patience{3000};
  // How long nothing may happen before it is looked whether an event was missed.
  base::Milliseconds watchdog{10'000};
  bool terminal = false;       // whose input stays open when the client goes
  std::optional<LogFile> log;  // of stdout and stderr; empty: they are not kept
};

class Relay {
 public:
  Relay(RelayRequest request, GuestChannel& guest);
  // Until the parent says finish, the guest is lost or broken, or the parent is gone.
  void run();

 private:
  enum class Phase { hello, client, state, disks, container, process, running, exited };
  using Processes = std::map<std::uint32_t, HostedProcess>;
  // Of the parent, to the guest about its container.
  struct Order {
    protocol::FrameType type;
    std::string payload;
  };

  void poll_once();
  base::Deadline next_deadline() const;
  void take_parent();
  void forward_signal(std::uint32_t number);
  void to_container(Order order);
  void shut_down();
  bool serve_guest();
  void look_for_missed();
  bool read_guest();
  bool write_guest();
  void to_guest(const protocol::Frame& frame) { to_guest_.put(frame); }
  void tell(MessageType type, std::string_view text = {},
            std::initializer_list<std::uint64_t> numbers = {});
  bool broken(std::string_view why);
  void finish_when_flushed();
  void flush_log();

  // relay_guest.cc: what the guest says.
  bool take_guest_frame(const protocol::Frame& frame);
  bool take_hello(const protocol::Frame& frame);
  bool take_state(const protocol::Frame& frame);
  bool take_processes(const protocol::State& state);
  bool take_last_state(const protocol::State& state);
  bool take_ready(const protocol::Frame& frame);
  bool take_started(const protocol::Frame& frame);
  bool take_failed(const protocol::Frame& frame);
  bool take_output(const protocol::Frame& frame);
  bool take_output_end(const protocol::Frame& frame);
  bool take_input_ack(const protocol::Frame& frame);
  bool take_input_close(const protocol::Frame& frame);
  bool take_exit(const protocol::Frame& frame);
  bool take_log(const protocol::Frame& frame);
  bool take_frozen(const protocol::Frame& frame);
  bool take_shutdown_done(const protocol::Frame& frame);
  bool container_failed(const protocol::Failure& failure);
  void resume();
  void begin_running();
  void begin_container();
  void send_process(std::uint32_t number, std::string_view spec);
  HostedProcess* find(std::uint32_t number);

  // relay_peers.cc: who is attached.
  void accept_peer();
  void receive_from(Peer& peer);
  bool take_peer_frame(Peer& peer, const protocol::Frame& frame);
  bool take_attach(Peer& peer, const protocol::Frame& frame);
  void note_signal(const Peer& peer, const protocol::Frame& frame);
  bool take_spec(Peer& peer, const protocol::Frame& frame);
  bool take_start(Peer& peer, const protocol::Frame& frame);
  void start_process_of(Peer& peer);
  void refuse(Peer& peer, std::string_view why);
  void meet(Peer& peer);
  void tell_attached(Peer& peer, HostedProcess& process);
  void lose(Peer& peer);
  void drop_lost();
  bool has_peers(std::uint32_t process) const;
  bool feeds_input(std::uint32_t process) const;

  // relay_streams.cc: what goes between them and the guest.
  bool take_peer_input(Peer& peer, const protocol::Frame& frame);
  bool take_peer_ack(Peer& peer, const protocol::Frame& frame);
  bool take_peer_close(Peer& peer, const protocol::Frame& frame);
  bool take_peer_exit_ack(Peer& peer);
  void to_peers(const protocol::Frame& frame);
  void grant(HostedProcess& process);
  void grant_all();
  void forward_exit(HostedProcess& process);
  void forget(std::uint32_t number);

  RelayRequest request_;
  GuestChannel& guest_;
  protocol::FrameBuffer from_guest_;
  protocol::FrameQueue to_guest_;
  Phase phase_ = Phase::hello;
  base::Deadline client_deadline_;

  std::list<Peer> peers_;
  Processes processes_;
  std::uint32_t next_process_ = 1;
  std::uint64_t missed_ = 0;
  std::vector<Order> early_;                // for the container, once we know of it
  std::vector<protocol::DiskId> unwanted_;  // what the guest is to let go of at the end
  bool recorded_ = false;
  bool shutdown_wanted_ = false;
  bool finishing_ = false;
  bool guest_gone_ = false;
  bool log_waits_ = false;  // for room on its disk, and all with it
  bool over_ = false;
};

}  // namespace monitor
