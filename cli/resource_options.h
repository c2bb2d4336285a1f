// The options that say how much of the host a container may use.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/options.h"
#include "engine/engine.h"

namespace cli {

class ResourceOptions {
 public:
  // Binds to `request`, which must stay where it is.
  static void declare(Options& options, engine::CreateRequest& request);
};

// "1.5" as billionths of a processor, as docker's opts.ParseCPUs; nullopt where it is none.
std::optional<std::uint64_t> parse_cpus(std::string_view text);

}  // namespace cli
