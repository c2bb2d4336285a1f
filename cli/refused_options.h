// Options of docker's and podman's `run` and `create` that a container here cannot honour: each is
// refused with the reason, never ignored; some take the one value that says what is so anyway.
#pragma once

#include "cli/options.h"

namespace cli {

void declare_refused(Options& options);

// One of another command. `letter` 0: it has none.
void refuse_option(Options& options, std::string_view name, char letter, std::string_view why);
// A switch that says what is so anyway: `as_is`. The other way it is refused.
void take_needless(Options& options, std::string_view name, bool as_is, std::string_view why);

}  // namespace cli
