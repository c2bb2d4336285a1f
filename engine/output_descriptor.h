// A descriptor of the user's that we write to without ever blocking on it, and without changing it
// for the others who share it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/fd.h"

namespace engine {

// Pipes and terminals are opened a second time, so that O_NONBLOCK is set on a file description of
// our own; sockets take MSG_DONTWAIT; files and whatever cannot be opened again are written as they
// are, pipes then in pieces that poll(2) promises room for.
class OutputDescriptor {
 public:
  explicit OutputDescriptor(int fd);

  // For poll(2) with POLLOUT.
  int fd() const { return own_ ? own_.get() : fd_; }
  // Bytes written, 0 where there is no room now; nullopt where nobody reads any more (EPIPE) or the
  // descriptor is beyond use; error() then says why.
  std::optional<std::size_t> write(std::span<const std::byte> bytes);
  int error() const { return error_; }

 private:
  bool has_room() const;

  enum class Way { plain, small, own, socket };
  int fd_;
  base::UniqueFd own_;
  Way way_ = Way::plain;
  int error_ = 0;
};

}  // namespace engine
