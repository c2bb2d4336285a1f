// The monitor's privileged half, one per container: makes the domain, watches it, records how it
// ended, and cleans up; starts it again where its restart policy says so. Parses nothing that the
// guest could shape.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "engine/container_store.h"
#include "engine/control.h"
#include "engine/launch.h"
#include "engine/monitor_process.h"
#include "monitor/host.h"
#include "monitor/place.h"
#include "monitor/relay_process.h"
#include "xen/console.h"

namespace monitor {

struct SupervisorRequest {
  engine::MonitorOrder order;
  std::string data_root;
  std::string run_root;
  bool balloon_dom0 = false;
  bool debug = false;
  Host host;                          // empty where it could not be connected before the order
  std::optional<RelayProcess> relay;  // one that waits for its container, or none
  base::UniqueFd launch;              // to the command that started us
  base::UniqueFd connection;          // the first client, or empty

  // Of a container that is started again by its restart policy.
  unsigned restarts = 0;         // with this one
  base::Milliseconds waited{0};  // before it
  base::UniqueFd orders;         // where commands give them: it listens all the time
  std::vector<base::UniqueFd> waiters;
};

// One life of a container: from its start, or a dead monitor's, to its end.

class Supervisor {
 public:
  Supervisor(SupervisorRequest request, engine::ContainerStore& records);
  ~Supervisor();
  // Returns when the container has ended, everything is cleaned up, and it is time for its next
  // life; without a request where it has none.
  std::optional<SupervisorRequest> run();

 private:
  struct End {
    engine::EndReason reason = engine::EndReason::exited;
    int code = 0;
    std::string error;
    base::WallTime finished{};  // 0: now
  };

  static constexpr base::Milliseconds relay_end_limit{15'000};
  static constexpr base::Milliseconds start_limit{240'000};  // from unpause to the entrypoint
  static constexpr base::Milliseconds slot_limit{60'000};    // the same in a guest that is up

  void prepare();
  void choose_place();
  void make_place();
  void start_somewhere();
  bool is_place_lost();
  void leave_place();
  void start();
  void build();
  void build_place();
  [[noreturn]] void start_took_too_long();
  void give_disks();
  void open_console();
  void adopt();
  void listen();
  void listen_for_orders();
  void start_relay(base::UniqueFd client);
  void connect_relay(std::uint64_t epoch);
  void tell_relay(MessageType type, const std::array<std::uint64_t, 6>& numbers = {},
                  std::string_view text = {});
  void watch();  // until end_ is set
  void poll_once();
  void take_launch();
  void take_relay();
  void take_message(const Message& message);
  using Answer = engine::ControlAnswer::Type;
  void next_log();
  void take_order();
  Answer forward_signal(int number);
  Answer set_paused(bool paused);
  bool stop_running(bool paused);
  Answer rename_domain();
  Answer retire();
  void take_console();
  void check_guest();
  void drain_relay();
  void guest_started();
  void guest_exited(const Message& message);
  void relay_lost();
  void note_missed();
  void fail(const base::Error& error);
  void close();  // record, clean up, tell
  engine::Exited ending() const;
  void settle(engine::Exited exited);
  bool forgets(const engine::Exited& exited) const;
  void answer_waiters();
  // The rest is what follows the end.
  bool goes_on() const;
  std::optional<SupervisorRequest> next_life();
  void stay_ended();
  void dismiss_relay(bool orderly);  // orderly: once the guest has shut down
  void end_relay();
  void stop_relay(base::Milliseconds patience);
  void clear_slot();
  enum class Cleared { yes, no, guest_gone, unknown };
  Cleared await_cleared();

  void step(std::string_view name);
  void note(std::string_view name, std::int64_t microseconds);
  void note_boot(const Message& hello);
  void tell(const engine::LaunchEvent& event);
  void throw_if_cancelled() const;

  SupervisorRequest request_;
  engine::ContainerStore& records_;
  engine::Container container_;
  Host host_;
  std::unique_ptr<xen::Toolstack> toolstack_;
  std::unique_ptr<Place> place_;
  std::unique_ptr<xen::XenStoreWatch> released_;
  std::optional<RelayProcess> relay_;
  std::optional<xen::Console> console_;
  base::UniqueFd console_log_;
  base::UniqueFd client_listener_;
  base::UniqueFd order_listener_;
  std::vector<base::UniqueFd> waiters_;  // who asked for the exit status

  base::Stopwatch watch_;
  base::Deadline start_deadline_ = base::Deadline::never();
  base::WallTime started_at_{};
  std::uint64_t epoch_ = 0;
  std::uint64_t missed_wakeups_ = 0;
  unsigned relay_starts_ = 0;
  bool again_ = false;  // the container has run before
  bool started_ = false;
  bool client_attached_ = false;
  bool met_guest_ = false;      // this relay did
  bool guest_knows_ = true;     // of the container, or may
  bool disks_there_ = false;    // the guest can find them
  bool guest_ready_ = false;    // has mounted the container
  bool place_lost_ = false;     // before that: the memres ended, or
  bool unanswered_ = false;     // said nothing: a domain of its own, then
  bool in_order_ = false;       // the guest can be asked to shut down
  bool retired_ = false;        // its restart policy is off
  std::optional<bool> frozen_;  // the guest's last word on it
  std::optional<End> end_;
};

}  // namespace monitor
