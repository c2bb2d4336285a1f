#include "cli/attaching.h"

#include <fcntl.h>
#include <fmt/core.h>

#include <utility>

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

void AttachOptions::declare_streams(Options& options) {
  options.add({.name = "attach",
               .letter = 'a',
               .type = "list",
               .meaning = "Attach only stdin, stdout or stderr (default: both outputs)",
               .set = [this](std::string_view value) -> std::optional<std::string> {
                 const std::string name = base::lower(value);
                 if (name != "stdin" && name != "stdout" && name != "stderr")
                   return "valid streams are STDIN, STDOUT and STDERR";
                 if (!std::exchange(only_named, true)) output = error = false;
                 input = input || name == "stdin";
                 output = output || name == "stdout";
                 error = error || name == "stderr";
                 return std::nullopt;
               }});
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

Attaching::Attaching(const Context& context, bool terminal, bool input,
                     const AttachOptions& options)
    : terminal_(context.world.input),
      stdio_{.input = input || options.input ? context.world.input : -1,
             .output = context.world.output,
             .error = context.world.error,
             .terminal = nullptr,
             .detach_keys = detach_keys_of(options),
             .proxy_signals = options.sig_proxy} {
  if (!options.output || !options.error) nowhere_ = base::open_file("/dev/null", O_WRONLY);
  if (!options.output) stdio_.output = nowhere_.get();
  if (!options.error) stdio_.error = nowhere_.get();
  if (terminal && is_terminal(context.world.input)) stdio_.terminal = &terminal_;
}

bool check_terminal(Context& context, bool terminal, bool input) {
  if (!terminal || !input || is_terminal(context.world.input)) return true;
  context.err.line(context.personality.messages.no_terminal);
  return !context.personality.terminal_required;
}

}  // namespace cli
