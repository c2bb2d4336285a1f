// Asking a memres' guest what it has: over a slot that nobody uses, by a process without
// privileges, as everything that reads a guest's bytes.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "guest-init/protocol/messages.h"
#include "monitor/relay.h"

namespace monitor {

struct GuestAnswer {
  protocol::Hello hello;
  protocol::GuestInfo info;
};

// nullopt where it does not answer in time, or says what is none.
std::optional<GuestAnswer> ask(GuestChannel& guest, const base::Deadline& deadline);

// The program: asks the memres of that name and says what it was told on standard output, a line
// of numbers and one for each step of the guest's boot (engine/instances.cc reads them). Its exit
// status.
int ask_main(const std::string& run_root, const std::string& name);

}  // namespace monitor
