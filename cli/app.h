// The whole program but for its personality: finds the command, runs it, words what went wrong.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/personality.h"

namespace cli {

// Where a program hears and speaks, and what time it is; a test has its own.
struct World {
  int input = 0;
  int output = 1;
  int error = 2;
  base::WallTime (*now)() = base::wall_now;
};

// The exit status. `arguments` are without argv[0].
int run_app(const Personality& personality, const std::vector<std::string>& arguments,
            const World& world);
// For main(): ignores SIGPIPE, so that a reader who left is reported like any failed write.
int run_app(const Personality& personality, int argc, char** argv);

}  // namespace cli
