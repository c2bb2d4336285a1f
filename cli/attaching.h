// What the verbs that attach to a container share: `run`, `start`, `attach`.
#pragma once

#include <string>

#include "base/fd.h"
#include "cli/context.h"
#include "cli/options.h"
#include "cli/raw_terminal.h"

namespace cli {

struct AttachOptions {
  // Binds to this object, which must stay where it is.
  void declare(Options& options);

  // The streams that `run -a` names; without it both outputs.
  void declare_streams(Options& options);

  std::string detach_keys;  // as typed; "" the default ones
  bool only_named = false;
  bool input = false;
  bool output = true;
  bool error = true;
  bool sig_proxy = true;
};

// As bytes. Throws usage where they are none.
std::string detach_keys_of(const AttachOptions& options);

// Our descriptors, for a container's; its terminal is ours where it has one.
class Attaching {
 public:
  // `terminal`: what is attached to has one. `input`: ours is its.
  Attaching(const Context& context, bool terminal, bool input, const AttachOptions& options);

  const engine::Stdio& stdio() const { return stdio_; }

 private:
  RawTerminal terminal_;
  base::UniqueFd nowhere_;  // for an output that is not attached
  engine::Stdio stdio_;
};

// A terminal that is to be typed into must be one. False where it is not and that has been said:
// the exit status is then 1.
bool check_terminal(Context& context, bool terminal, bool input);

}  // namespace cli
