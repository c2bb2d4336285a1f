#include "engine/detached_exec.h"

#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "engine/client_streams.h"
#include "engine/start_failure.h"
#include "guest-init/protocol/frame_buffer.h"

namespace engine {
namespace {

constexpr base::Milliseconds answer_limit{60'000};

}  // namespace

std::optional<StartFailure> start_exec(int connection, const std::string& spec) {
  ClientStreams streams(false, Joining::at_start, spec);
  base::write_all(connection, streams.greet());
  const base::Deadline deadline = base::Deadline::after(answer_limit);
  protocol::FrameBuffer in;
  while (!streams.started() && !streams.failure() && streams.relay_error().empty()) {
    if (!base::wait_readable(connection, deadline))
      throw base::Error(base::ErrorKind::unavailable, "the container's monitor does not answer");
    const std::span<std::byte> room = in.room();
    const ssize_t size = ::read(connection, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) throw base::Error("the container has ended");
    in.added(static_cast<std::size_t>(size));
    std::string answers;
    const char* why = "";
    const auto take = [&](const protocol::Frame& frame) { return streams.handle(frame, answers); };
    if (!in.take_frames(take, why) || !streams.why().empty())
      throw base::Error(base::ErrorKind::corrupt, "the monitor's relay breaks the protocol");
    base::write_all(connection, answers);
  }
  if (!streams.relay_error().empty()) throw base::Error(streams.relay_error());
  if (!streams.failure()) return std::nullopt;
  return start_failure(*streams.failure());
}

}  // namespace engine
