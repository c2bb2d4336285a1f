// `port`: what of the container's ports the host answers for.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/wording.h"

namespace cli {
namespace {

// "80" is "80/tcp"; nullopt for what is no port.
std::optional<std::string> port_name(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view protocol = slash == text.size() ? "tcp" : text.substr(slash + 1);
  const auto number = base::parse_number<std::uint16_t>(text.substr(0, slash));
  if (!number || *number == 0 || (protocol != "tcp" && protocol != "udp" && protocol != "sctp"))
    return std::nullopt;
  return fmt::format("{}/{}", *number, protocol);
}

// A guest has no network but its own loopback: it publishes nothing.
class Ports : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(all_, "all", 'a', "All containers");
    options.add_switch(latest_, "latest", 'l', "The container that was made last");
  }

  bool chooses() const override { return all_ || latest_; }

  int run(Context& context) override {
    const std::vector<std::string> words = arguments_with(context, latest_);
    if (words.empty()) return 0;
    const engine::Container container = named_container(context, words[0]);
    if (words.size() == 1) return 0;
    const auto port = port_name(words[1]);
    if (!port)
      throw base::Error(base::ErrorKind::usage,
                        fmt::format("invalid port: '{}'", base::printable(words[1])));
    throw base::Error(fill(context.personality.messages.no_such_port,
                           {{"port", *port}, {"name", container.config.name}}));
  }

 private:
  bool all_ = false;
  bool latest_ = false;
};

}  // namespace

const CommandEntry port_command{
    .name = "port",
    .aliases = "container port",
    .group = "Commands",
    .summary = "Show the ports of a container that the host answers for",
    .usage = "CONTAINER [PORT[/PROTOCOL]]",
    .examples = "{program} port web 80/tcp",
    .takes = {.least = 1, .most = 2},
    .make = make_command<Ports>,
};

}  // namespace cli
