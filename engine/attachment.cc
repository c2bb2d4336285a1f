#include "engine/attachment.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"

namespace engine {
namespace {

constexpr std::size_t out_limit = 256u << 10;  // unsent bytes beyond which input waits

}  // namespace

base::SignalSource attached_signals(const Stdio& stdio) {
  if (stdio.terminal == nullptr)
    return base::SignalSource(
        {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE});
  return base::SignalSource({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE,
                             SIGWINCH, SIGTSTP, SIGCONT});
}

struct Attachment::Parts {
  base::UniqueFd launch;
  base::UniqueFd connection;
  ClientStreams streams;
};

Attachment::Attachment(const AttachRequest& request, Parts parts, base::SignalSource& signals)
    : request_(request),
      launch_(std::move(parts.launch)),
      connection_(std::move(parts.connection)),
      signals_(signals),
      streams_(std::move(parts.streams)),
      detach_keys_(request.stdio.terminal != nullptr ? request.stdio.detach_keys : "") {
  outputs_[0].emplace(request.stdio.output);
  outputs_[1].emplace(request.stdio.error);
  farewell_ = request.limit;
  if (launch_) base::set_nonblocking(launch_.get(), true);
  greet();
  streams_.deliver_to([this](std::uint8_t stream, std::span<const std::byte> bytes) {
    return deliver(stream, bytes);
  });
}

Attachment::Attachment(const AttachRequest& request, MonitorProcess monitor,
                       base::SignalSource& signals)
    : Attachment(request,
                 {.launch = std::move(monitor.launch),
                  .connection = std::move(monitor.connection),
                  .streams = ClientStreams(request.stdio.input >= 0)},
                 signals) {}

Attachment::Attachment(const AttachRequest& request, base::UniqueFd connection,
                       base::SignalSource& signals, const std::string& spec)
    : Attachment(
          request,
          {.launch = {},
           .connection = std::move(connection),
           .streams = ClientStreams(request.stdio.input >= 0,
                                    spec.empty() ? Joining::meanwhile : Joining::at_start, spec)},
          signals) {
  is_exec_ = !spec.empty();
  if (!is_exec_) run_begins();
}

Attachment::Attachment(const AttachRequest& request, base::UniqueFd connection,
                       base::SignalSource& signals, Joining joining)
    : Attachment(request,
                 {.launch = {},
                  .connection = std::move(connection),
                  .streams = ClientStreams(request.stdio.input >= 0, joining)},
                 signals) {
  begins_attached_ = true;
}

void Attachment::run_begins() {
  started_ = true;
  if (request_.stdio.terminal == nullptr) return;
  request_.stdio.terminal->enter();
  send_extent();
}

void Attachment::send_extent() {
  const TerminalExtent extent = request_.stdio.terminal->extent();
  if (extent.rows != 0) ClientStreams::send_extent(extent, out_.tail());
}

RunOutcome Attachment::run() {
  while (!over()) poll_once();
  return outcome();
}

// All output is with the user, and the monitor has told that everything is cleaned up, or has gone.
bool Attachment::over() const {
  const bool written = streams_.pending(protocol::standard_output).empty() &&
                       streams_.pending(protocol::standard_error).empty();
  const bool refused = !connection_ && !streams_.relay_error().empty();
  const bool ended =
      streams_.exit() || streams_.failure() || exited_ || error_ || failure_ || refused;
  const bool heard_out = streams_.exit() || streams_.failure() || !connection_;
  if (detach_keys_.seen() && out_.empty()) return true;
  // A process in a container that lives has nothing to wait for, nor is it told that all is done.
  const bool finished = done_ || (ended && (!launch_ || is_exec_));
  return (written && heard_out && finished) || farewell_.expired();
}

void Attachment::poll_once() {
  enum Source {
    from_signals,
    from_launch,
    from_connection,
    from_input,
    to_output,
    to_error,
    count
  };
  std::array<pollfd, count> polled{};
  polled.fill({.fd = -1, .events = POLLIN, .revents = 0});
  polled[from_signals].fd = signals_.fd();
  polled[from_launch].fd = launch_.get();
  polled[from_connection].fd = connection_.get();
  if (!out_.empty()) polled[from_connection].events = POLLIN | POLLOUT;
  if (streams_.input_room() > 0 && out_.size() < out_limit && !detach_keys_.seen())
    polled[from_input].fd = request_.stdio.input;
  for (std::uint8_t stream : {protocol::standard_output, protocol::standard_error})
    if (!streams_.pending(stream).empty())
      polled[to_output + stream - 1u] = {
          .fd = outputs_[stream - 1u]->fd(), .events = POLLOUT, .revents = 0};
  if (poll(polled.data(), polled.size(), farewell_.poll_timeout()) < 0) {
    if (errno == EINTR) return;
    base::throw_errno("waiting for the container");
  }
  if (polled[from_signals].revents != 0) take_signals();
  if (polled[from_connection].revents != 0) take_connection();
  if (polled[to_output].revents != 0) flush_output(protocol::standard_output);
  if (polled[to_error].revents != 0) flush_output(protocol::standard_error);
  if (polled[from_input].revents != 0) take_input();
  if (polled[from_launch].revents != 0) take_launch_events();
  flush_connection();
}

void Attachment::take_signals() {
  while (const auto signal = signals_.next()) take_signal(*signal);
}

void Attachment::take_signal(int signal) {
  const bool terminal = request_.stdio.terminal != nullptr && started_;
  if (signal == SIGTSTP) return stop_for_a_while();
  if (signal != SIGWINCH && signal != SIGCONT) return forward_or_cancel(signal);
  if (!terminal) return;
  if (signal == SIGCONT) request_.stdio.terminal->enter();
  send_extent();
}

// As everybody is whom a terminal's user stops: the terminal is the shell's meanwhile.
void Attachment::stop_for_a_while() {
  const bool terminal = request_.stdio.terminal != nullptr && started_;
  if (terminal) request_.stdio.terminal->leave();
  kill(getpid(), SIGSTOP);
  if (!terminal) return;
  request_.stdio.terminal->enter();
  send_extent();
}

void Attachment::forward_or_cancel(int signal) {
  const bool ends_us =
      signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
  if (started_ && request_.stdio.proxy_signals)
    return ClientStreams::send_signal(signal, out_.tail());
  if (started_) {
    if (!ends_us) return;
    base::note_interrupt(signal);
    throw base::Error(base::ErrorKind::interrupted, "interrupted; the container runs on");
  }
  if (!ends_us || cancelled_by_ != 0) return;
  cancelled_by_ = signal;
  base::note_interrupt(signal);
  shutdown(launch_.get(), SHUT_WR);
}

void Attachment::take_connection() {
  while (connection_) {
    const std::span<std::byte> room = in_.room();
    const ssize_t size = ::read(connection_.get(), room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    if (size <= 0) {
      drop_connection();
      break;
    }
    in_.added(static_cast<std::size_t>(size));
    take_frames();
    if (static_cast<std::size_t>(size) < room.size()) break;
  }
}

void Attachment::take_frames() {
  const auto take = [this](const protocol::Frame& frame) {
    if (!streams_.handle(frame, out_.tail()))
      throw base::Error(base::ErrorKind::corrupt,
                        fmt::format("the container's streams: {}", streams_.why()));
    if (streams_.attached()) base::failpoint("client.attached");
    const bool runs = streams_.started() || (begins_attached_ && streams_.attached());
    if (runs && !started_) run_begins();
    return true;
  };
  const char* why = "";
  if (!in_.take_frames(take, why))
    throw base::Error(base::ErrorKind::corrupt, fmt::format("the monitor's relay: {}", why));
  if (!streams_.exit()) return;
  base::failpoint("client.ended");
  farewell_ = farewell_.sooner(farewell_time);
}

void Attachment::flush_connection() {
  while (connection_ && !out_.empty()) {
    const auto rest = out_.unsent();
    const ssize_t size =
        send(connection_.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0) return drop_connection();
    out_.sent(static_cast<std::size_t>(size));
  }
}

void Attachment::drop_connection() {
  connection_.reset();
  in_.clear();
  out_.clear();
  if (streams_.exit() || streams_.failure() || exited_ || error_ || failure_ ||
      detach_keys_.seen() || !streams_.relay_error().empty())
    return;
  // Also before the start is told: the next relay waits for us before it asks for any output.
  connect_again();
  if (!connection_ && !launch_) look_at_record();
}

// The relay was lost; its parent, which listens, starts another one.
void Attachment::connect_again() {
  if (++reconnects_ > retry_limit)
    throw base::Error(base::ErrorKind::unavailable, "the container's monitor keeps failing");
  connection_ = connect_monitor(request_.store.socket_path(request_.config.id));
  if (connection_) greet();  // else the parent is gone, too: its end of the launch socket will tell
}

void Attachment::greet() {
  base::set_nonblocking(connection_.get(), true);
  base::enlarge_send_buffer(connection_.get());
  out_.tail() = streams_.greet();
}

}  // namespace engine
