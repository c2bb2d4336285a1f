// The manual page of a program, in man(7): all that --help says of it and of its commands.
#pragma once

#include <string>

#include "cli/options.h"
#include "cli/personality.h"

namespace cli {

std::string man_page(const Personality& personality, const Options& globals);

}  // namespace cli
