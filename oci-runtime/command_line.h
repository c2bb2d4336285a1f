// runc's command line, as far as engines write it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "oci-runtime/runtime.h"

namespace oci {

// Where what could not be done is told beside standard error (--log, --log-format).
struct LogTarget {
  std::string path;  // "": nowhere else
  bool json = false;
};

struct CommandLine {
  LogTarget log;
  std::string root;  // "": where the engine keeps what runs
  bool debug = false;
  std::string page;  // to be printed in place of any operation: --help, --version
  // The operation; returns what is to be printed.
  std::function<std::string(Runtime&)> work;
};

// Sets `line.log` before all else, so that a refusal is told there too. Throws usage.
void parse_command_line(const std::vector<std::string>& words, CommandLine& line);

// A line of the log as logrus writes them, which engines read: "msg" is what they show.
std::string log_entry(const LogTarget& target, const std::string& message);

}  // namespace oci
