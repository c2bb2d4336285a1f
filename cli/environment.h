// Variables for a container, from -e and --env-file as docker reads them (its opts/env.go and
// opts/file.go): of a name without value ours is taken, and nothing where we have none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"

namespace cli {

// Why `text` cannot be given to -e.
std::optional<std::string> refused_variable(std::string_view text);

// The lines of a file of "NAME=VALUE" or "NAME", as docker reads them: without comments, empty
// lines and what is before a name. `what` they are called in messages. Throws as
// resolve_environment().
std::vector<std::string> read_assignments(const std::string& path, std::string_view what);

// "NAME=VALUE" for all of them: those of the files, then `variables`; a later one overrides an
// earlier one. Throws base::Error naming the file that cannot be read or the line that is none.
std::vector<std::string> resolve_environment(const std::vector<std::string>& variables,
                                             const std::vector<std::string>& files);

// The two options.
class EnvironmentOptions {
 public:
  // Binds to this object, which must stay where it is.
  void declare(Options& options);
  std::vector<std::string> resolved() const { return resolve_environment(variables_, files_); }

 private:
  std::vector<std::string> variables_;
  std::vector<std::string> files_;
};

}  // namespace cli
