// Verbs that take several names: each is tried, and the exit status tells whether all went well.
#pragma once

#include <algorithm>
#include <string>

#include "base/error.h"
#include "cli/context.h"
#include "cli/wording.h"

namespace cli {

// Why a name was refused, in the personality's words, and the exit status that this is worth.
struct NameFailure {
  std::string message;
  int code = 1;
};

// Does `work(name)` for each of the arguments; `worded(error, name)` gives a NameFailure for what
// it throws. What is not there is no failure under `force`. An interrupt ends it.
template <typename Work, typename Worded>
int for_each_name(Context& context, bool force, Work work, Worded worded) {
  int code = 0;
  for (const std::string& name : context.arguments) {
    try {
      work(name);
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::interrupted) throw;
      const bool forgiven = force && error.kind() == base::ErrorKind::not_found;
      if (forgiven && context.personality.force_hides_absent) continue;
      const NameFailure failure = worded(error, name);
      context.out.flush();
      context.err.line("Error: " + one_line(failure.message));
      context.err.flush();
      if (!forgiven) code = std::max(code, failure.code);
    }
  }
  return code;
}

}  // namespace cli
