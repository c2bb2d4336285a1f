// A client's life on a container: its descriptors on one side, the monitor on the other, until the
// container has ended. Survives the death of the relay and of the monitor.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/signals.h"
#include "engine/client_streams.h"
#include "engine/container_store.h"
#include "engine/detach_keys.h"
#include "engine/engine.h"
#include "engine/launch.h"
#include "engine/monitor_process.h"
#include "engine/output_descriptor.h"
#include "guest-init/protocol/frame_buffer.h"

namespace engine {

struct AttachRequest {
  const Settings& settings;
  const ContainerStore& store;
  const ContainerConfig& config;
  Stdio stdio;
  base::Deadline limit = base::Deadline::never();  // until it must have ended
};

// What an attachment with these descriptors has to hear of.
base::SignalSource attached_signals(const Stdio& stdio);

class Attachment {
 public:
  // `signals` are forwarded once the container runs; before that they cancel.
  Attachment(const AttachRequest& request, MonitorProcess monitor, base::SignalSource& signals);
  // To a container that runs already; `connection` is to its monitor. With `spec`, encoded, to a
  // process that is started in it.
  Attachment(const AttachRequest& request, base::UniqueFd connection, base::SignalSource& signals,
             const std::string& spec = {});

  // To a container that starts now, with somebody else as its starter.
  Attachment(const AttachRequest& request, base::UniqueFd connection, base::SignalSource& signals,
             Joining joining);

  // Throws interrupted where it was cancelled before the start, what the monitor could not do, and
  // corrupt where bytes were lost or the relay broke the rules.
  RunOutcome run();

 private:
  static constexpr unsigned retry_limit = 20;
  static constexpr base::Milliseconds farewell_time{90'000};

  struct Parts;
  Attachment(const AttachRequest& request, Parts parts, base::SignalSource& signals);
  void poll_once();
  void run_begins();
  void take_signals();
  void take_signal(int signal);
  void send_extent();
  void stop_for_a_while();
  void forward_or_cancel(int signal);
  void take_launch_events();
  void take_event(const LaunchEvent& event);
  void take_connection();
  void take_frames();
  void flush_connection();
  void take_input();
  void take_typed();
  void note_no_input(ssize_t size);
  void flush_output(std::uint8_t stream);
  std::size_t deliver(std::uint8_t stream, std::span<const std::byte> bytes);
  void connect_again();
  void greet();
  void look_at_record();
  void adopt();
  void drop_connection();
  bool over() const;
  RunOutcome outcome();

  AttachRequest request_;
  base::UniqueFd launch_;
  base::UniqueFd connection_;
  base::SignalSource& signals_;
  ClientStreams streams_;
  DetachKeys detach_keys_;
  LaunchReader launch_reader_;
  std::array<std::optional<OutputDescriptor>, 2> outputs_;
  protocol::FrameBuffer in_;  // from the relay
  protocol::FrameQueue out_;  // to the relay
  bool is_exec_ = false;
  bool begins_attached_ = false;  // whoever started it does not tell us when it runs
  bool started_ = false;
  bool done_ = false;  // the monitor has cleaned up
  int cancelled_by_ = 0;
  unsigned adoptions_ = 0;
  unsigned reconnects_ = 0;
  base::Deadline farewell_ = base::Deadline::never();  // for what comes after the end
  std::optional<LaunchEvent> exited_;
  std::optional<LaunchEvent> error_;
  std::optional<StartFailure> failure_;
  std::string write_error_;  // output that could not be written, for a reason other than EPIPE
  Timing timing_;
};

}  // namespace engine
