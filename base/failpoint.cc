#include "base/failpoint.h"

#ifdef VXN_FAILPOINTS

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace base {

void failpoint(const char* name) {
  const char* wanted = std::getenv("VXN_FAILPOINT");
  if (wanted == nullptr) return;
  for (const std::string& entry : split(wanted, ',')) {
    std::string_view point = std::string_view(entry).substr(0, entry.find(':'));
    if (point != name) continue;
    std::string_view action = std::string_view(entry).substr(point.size());
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
