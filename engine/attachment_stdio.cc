// The user's descriptors of an attachment: what is read from one, and written to the others.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/fd.h"
#include "engine/attachment.h"

namespace engine {
namespace {

constexpr std::size_t most_at_once = 256u << 10;
constexpr std::size_t most_typed = 4096;

}  // namespace

void Attachment::take_input() {
  if (streams_.input_room() == 0) return;
  if (detach_keys_.any()) return take_typed();
  const std::span<std::byte> space = streams_.input_space();
  const ssize_t size =
      ::read(request_.stdio.input, space.data(), std::min(space.size(), most_at_once));
  if (size > 0)
    streams_.input_added(static_cast<std::size_t>(size), out_.tail());
  else
    note_no_input(size);
}

// Of what is typed the beginning of the detach keys is held back.
void Attachment::take_typed() {
  std::array<char, most_typed> buffer;
  const std::size_t room = std::min(buffer.size(), streams_.input_room());
  if (room <= detach_keys_.held()) return;
  const ssize_t size = ::read(request_.stdio.input, buffer.data(), room - detach_keys_.held());
  if (size <= 0) return note_no_input(size);
  const std::string typed = detach_keys_.feed({buffer.data(), static_cast<std::size_t>(size)});
  streams_.put_input(base::as_bytes(typed), out_.tail());
}

// After a read(2) that returned `size`: nothing for now, or the end.
void Attachment::note_no_input(ssize_t size) {
  if (size == 0 || (errno != EAGAIN && errno != EINTR)) streams_.end_input(out_.tail());
}

void Attachment::flush_output(std::uint8_t stream) {
  OutputDescriptor& descriptor = *outputs_[stream - 1u];
  while (!streams_.pending(stream).empty()) {
    const auto size = descriptor.write(streams_.pending(stream));
    if (!size) {
      if (descriptor.error() != EPIPE)
        write_error_ =
            base::errno_error(descriptor.error(), "writing the container's output").message();
      return streams_.close_output(stream, out_.tail());
    }
    if (*size == 0) return;
    streams_.written(stream, *size, out_.tail());
    base::failpoint("client.output");
  }
}

// What it takes without waiting; a descriptor that is beyond use is met when it is written again.
std::size_t Attachment::deliver(std::uint8_t stream, std::span<const std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto size = outputs_[stream - 1u]->write(bytes.subspan(done));
    if (!size || *size == 0) break;
    done += *size;
  }
  if (done > 0) base::failpoint("client.output");
  return done;
}

}  // namespace engine
