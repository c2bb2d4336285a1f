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

// What becomes of a name that nothing has.
enum class Absent {
  fails,
  told,    // and is no failure
  passed,  // without a word
};

// Under --force it is no failure; podman says nothing of it.
inline Absent absent_under(const Context& context, bool force) {
  if (!force) return Absent::fails;
  return context.personality.force_hides_absent ? Absent::passed : Absent::told;
}

// Does `work(name)` for each of the arguments; `worded(error, name)` gives a NameFailure for what
// it throws. An interrupt ends it.
template <typename Work, typename Worded>
int for_each_name(Context& context, Absent absent, Work work, Worded worded) {
  int code = 0;
  for (const std::string& name : context.arguments) {
    try {
      work(name);
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::interrupted) throw;
      const bool forgiven = absent != Absent::fails && error.kind() == base::ErrorKind::not_found;
      if (forgiven && absent == Absent::passed) continue;
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
