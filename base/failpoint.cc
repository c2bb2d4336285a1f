#include "base/failpoint.h"

#ifdef VXN_FAILPOINTS

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace base {

namespace {

// What is to happen there ("", ":error", …), once for each time that the point is named.
std::vector<std::string> actions_at(std::string_view name) {
  std::vector<std::string> actions;
  const char* wanted = std::getenv("VXN_FAILPOINT");
  for (const std::string& entry : split(wanted != nullptr ? wanted : "", ',')) {
    const std::string_view point = std::string_view(entry).substr(0, entry.find(':'));
    if (point == name) actions.push_back(entry.substr(point.size()));
  }
  return actions;
}

}  // namespace

bool failpoint_again(const char* name) {
  static unsigned times = 0;
  const std::vector<std::string> actions = actions_at(name);
  return std::ranges::find(actions, ":again") != actions.end() && times++ % 2 == 0;
}

void failpoint(const char* name) {
  for (const std::string& action : actions_at(name)) {
    if (action == ":error") throw Error("failpoint " + std::string(name));
    if (action == ":sleep") {
      ::sleep(2);
      continue;
    }
    // By write(2): the relay's sandbox lets nothing else through.
    const std::string line = "failpoint " + std::string(name) + "\n";
    [[maybe_unused]] const ssize_t size = ::write(STDERR_FILENO, line.data(), line.size());
    ::kill(::getpid(), SIGKILL);
  }
}

void forget_failpoints() { ::unsetenv("VXN_FAILPOINT"); }

}  // namespace base

#endif
