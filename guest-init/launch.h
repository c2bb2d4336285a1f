// Starting a process of a container: clone(2) into fresh namespaces (the entrypoint) or into those
// of the entrypoint (any other), and the word back whether it was executed.
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>

#include "guest-init/container.h"
#include "guest-init/guest.h"
#include "guest-init/terminal.h"

namespace guest_init {

struct ProcessPlan {
  const protocol::ProcessSpec& spec;
  const Container& container;
  const Guest& guest;
  int entrypoint = -1;  // a pidfd of the process whose namespaces to join; -1: fresh ones
};

struct Launched {
  pid_t pid = -1;
  Fd pidfd;
  Fd status;                                       // see read_status
  std::array<Fd, protocol::stream_count> streams;  // our ends; empty: /dev/null or a terminal
};

bool launch(const ProcessPlan& plan, Launched& launched, Failure& failure);

enum class StatusKind { none, terminal, failed, executed };
// The next word of the child on `status` (non-blocking): `terminal` fills `terminal`, `failed`
// fills `failure`, `executed`: nothing more will come.
StatusKind read_status(int status, Terminal& terminal, Failure& failure);
// The child's side.
bool send_failure(int status, const Failure& failure);
bool send_terminal(int status, const Terminal& terminal);

}  // namespace guest_init
