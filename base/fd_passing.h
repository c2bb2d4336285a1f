// A few bytes and a descriptor over a unix(7) stream socket (SCM_RIGHTS).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace base {

struct Passed {
  std::string text;
  UniqueFd fd;  // empty where none came; close-on-exec
};

// The socket's buffer must have room for the text. Throws where nobody reads any more.
void send_with_fd(int socket, std::string_view text, int fd);
// Waits for what one send_with_fd() sent, at most `limit` bytes. nullopt at end of file. Nothing
// else may be sent within the same wait: a stream would join it to the text.
std::optional<Passed> receive_with_fd(int socket, std::size_t limit);

}  // namespace base
