#include "engine/attachment.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace engine {
namespace {

constexpr std::size_t read_size = 256u << 10;
constexpr std::size_t out_limit = 256u << 10;  // unsent bytes beyond which input waits

}  // namespace

Attachment::Attachment(const AttachRequest& request, MonitorProcess monitor,
                       base::SignalSource& signals)
    : request_(request),
      launch_(std::move(monitor.launch)),
      connection_(std::move(monitor.connection)),
      signals_(signals),
      streams_(request.stdio.input >= 0) {
  outputs_[0].emplace(request.stdio.output);
  outputs_[1].emplace(request.stdio.error);
  base::set_nonblocking(launch_.get(), true);
  base::set_nonblocking(connection_.get(), true);
  out_ = streams_.greet();
}

RunOutcome Attachment::run() {
  while (!over()) poll_once();
  return outcome();
}

// All output is with the user, and the monitor has told that everything is cleaned up, or has gone.
bool Attachment::over() const {
  const bool written = streams_.pending(protocol::standard_output).empty() &&
                       streams_.pending(protocol::standard_error).empty();
  const bool ended = streams_.exit() || exited_ || error_ || failure_;
  const bool heard_out = streams_.exit() || !connection_;
  return (written && heard_out && (done_ || (ended && !launch_))) || farewell_.expired();
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
  if (streams_.input_room() > 0 && out_.size() < out_limit)
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
  while (const auto signal = signals_.next()) forward_or_cancel(*signal);
}

void Attachment::forward_or_cancel(int signal) {
  if (started_) {
    ClientStreams::send_signal(signal, out_);
    return;
  }
  const bool ends_us =
      signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
  if (!ends_us || cancelled_by_ != 0) return;
  cancelled_by_ = signal;
  base::note_interrupt(signal);
  shutdown(launch_.get(), SHUT_WR);
}

void Attachment::take_connection() {
  std::array<char, read_size> buffer;
  while (connection_) {
    const ssize_t size = ::read(connection_.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    if (size <= 0) {
      drop_connection();
      break;
    }
    in_.append(buffer.data(), static_cast<std::size_t>(size));
    take_frames();
    if (static_cast<std::size_t>(size) < buffer.size()) break;
  }
}

void Attachment::take_frames() {
  std::size_t start = 0;
  while (true) {
    protocol::Frame frame;
    std::size_t used = 0;
    const char* why = "";
    const auto rest = protocol::bytes_of(std::string_view(in_).substr(start));
    const auto result = protocol::parse_frame(rest, frame, used, why);
    if (result == protocol::ParseResult::incomplete) break;
    if (result == protocol::ParseResult::broken)
      throw base::Error(base::ErrorKind::corrupt, fmt::format("the monitor's relay: {}", why));
    if (!streams_.handle(frame, out_))
      throw base::Error(base::ErrorKind::corrupt,
                        fmt::format("the container's streams: {}", streams_.why()));
    if (streams_.attached()) base::failpoint("client.attached");
    start += used;
  }
  in_.erase(0, start);
  if (!streams_.exit()) return;
  base::failpoint("client.ended");
  farewell_ = farewell_.sooner(farewell_time);
}

void Attachment::flush_connection() {
  std::size_t start = 0;
  while (connection_ && start < out_.size()) {
    const ssize_t size = send(connection_.get(), out_.data() + start, out_.size() - start,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0) return drop_connection();
    start += static_cast<std::size_t>(size);
  }
  out_.erase(0, start);
}

void Attachment::take_input() {
  std::array<std::byte, read_size> buffer;
  const std::size_t room = std::min(buffer.size(), streams_.input_room());
  if (room == 0) return;
  const ssize_t size = ::read(request_.stdio.input, buffer.data(), room);
  if (size > 0)
    streams_.put_input({buffer.data(), static_cast<std::size_t>(size)}, out_);
  else if (size == 0 || (errno != EAGAIN && errno != EINTR))
    streams_.end_input(out_);
}

void Attachment::flush_output(std::uint8_t stream) {
  OutputDescriptor& descriptor = *outputs_[stream - 1u];
  while (!streams_.pending(stream).empty()) {
    const auto size = descriptor.write(streams_.pending(stream));
    if (!size) {
      if (descriptor.error() != EPIPE)
        write_error_ =
            base::errno_error(descriptor.error(), "writing the container's output").message();
      return streams_.close_output(stream, out_);
    }
    if (*size == 0) return;
    streams_.written(stream, *size, out_);
    base::failpoint("client.output");
  }
}

void Attachment::drop_connection() {
  connection_.reset();
  in_.clear();
  out_.clear();
  if (streams_.exit() || exited_ || error_ || failure_ || !launch_) return;
  // Also before the start is told: the next relay waits for us before it asks for any output.
  connect_again();
}

// The relay was lost; its parent, which listens, starts another one.
void Attachment::connect_again() {
  if (++reconnects_ > retry_limit)
    throw base::Error(base::ErrorKind::unavailable, "the container's monitor keeps failing");
  connection_ = connect_monitor(request_.store.socket_path(request_.config.id));
  if (!connection_) return;  // the parent is gone too: its end of the launch socket will tell
  base::set_nonblocking(connection_.get(), true);
  out_ = streams_.greet();
}

}  // namespace engine
