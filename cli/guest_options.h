// What the domain that holds containers is made of: one container's own, or a memres.
#pragma once

#include "cli/options.h"

namespace cli {

// --vcpus, --xen-type and --kernel. Binds to the arguments, which must stay where they are; what is
// not given is left as it is.
void declare_guest_options(Options& options, std::optional<unsigned>& vcpus,
                           std::string& guest_type, std::string& kernel);

}  // namespace cli
