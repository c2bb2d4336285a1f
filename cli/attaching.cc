#include "cli/attaching.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/terminal.h"
#include "engine/detach_keys.h"

namespace cli {

void AttachOptions::declare(Options& options) {
  options.add_text(detach_keys, "detach-keys", 0, "string",
                   "Keys that leave a container with a terminal (default \"ctrl-p,ctrl-q\")");
  options.add_switch(sig_proxy, "sig-proxy", 0, "Pass signals on to the container (default true)");
}

std::string detach_keys_of(const AttachOptions& options) {
  const std::string_view typed = options.detach_keys;
  const std::string_view text = typed.empty() ? engine::default_detach_keys : typed;
  const auto keys = engine::parse_detach_keys(text);
  if (!keys)
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("Invalid detach keys ({})", base::printable(typed)));
  return *keys;
}

Attaching::Attaching(const Context& context, const engine::ContainerConfig& config, bool input,
                     const AttachOptions& options)
    : terminal_(context.world.input),
      stdio_{.input = input ? context.world.input : -1,
             .output = context.world.output,
             .error = context.world.error,
             .terminal = nullptr,
             .detach_keys = detach_keys_of(options),
             .proxy_signals = options.sig_proxy} {
  if (config.terminal && is_terminal(context.world.input)) stdio_.terminal = &terminal_;
}

bool check_terminal(Context& context, bool terminal, bool input) {
  if (!terminal || !input || is_terminal(context.world.input)) return true;
  context.err.line(context.personality.messages.no_terminal);
  return !context.personality.terminal_required;
}

}  // namespace cli
