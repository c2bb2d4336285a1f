// A pseudo-terminal for a process, from the container's own devpts.
#pragma once

#include "guest-init/failure.h"
#include "guest-init/fd.h"
#include "guest-init/protocol/messages.h"

namespace guest_init {

struct Terminal {
  Fd master;
  Fd slave;
};

// In the container, as leader of a fresh session: makes the terminal and its controlling one.
// `console`: shows it as /dev/console too.
bool open_terminal(const protocol::WindowSize& size, bool console, Terminal& terminal,
                   Failure& failure);
bool resize_terminal(int master, const protocol::WindowSize& size);
// The byte that says end of file to a reader of the terminal; false where it reads raw bytes.
bool end_of_file_byte(int master, char& byte);

}  // namespace guest_init
