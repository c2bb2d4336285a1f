#include "cli/instance_options.h"

#include <fmt/core.h>

#include "base/text.h"
#include "cli/guest_options.h"

namespace cli {
namespace {

using Refusal = std::optional<std::string>;

Refusal set_memory(engine::InstanceRequest& request, std::string_view value) {
  constexpr std::uint64_t least = 48u << 20;
  const auto bytes = base::parse_size(value);
  if (!bytes) return fmt::format("invalid size: '{}'", base::printable(value));
  if (*bytes < least) return "less than 48 MiB is too little for a guest";
  request.memory = bytes;
  return std::nullopt;
}

Refusal set_slots(engine::InstanceRequest& request, std::string_view value) {
  const auto count = base::parse_number<unsigned>(value);
  if (!count || *count == 0 || *count > memres::most_slots)
    return fmt::format("not a number from 1 to {}", memres::most_slots);
  request.slots = count;
  return std::nullopt;
}

Refusal set_idle(engine::InstanceRequest& request, std::string_view value) {
  const auto seconds = base::parse_number<std::uint32_t>(value);
  if (!seconds) return "not a number of seconds";
  request.idle = std::chrono::seconds(*seconds);
  return std::nullopt;
}

}  // namespace

void InstanceOptions::declare(Options& options) {
  declare_instance(options, request_.name);
  options.add({.name = "memory",
               .letter = 'm',
               .type = "bytes",
               .meaning = "Memory of the guest, for all its containers",
               .set = [this](std::string_view value) { return set_memory(request_, value); }});
  options.add({.name = "slots",
               .type = "int",
               .meaning = "How many containers may be in it at once",
               .set = [this](std::string_view value) { return set_slots(request_, value); }});
  options.add({.name = "idle-timeout",
               .type = "int",
               .meaning = "Seconds without a container after which it ends; 0: never",
               .set = [this](std::string_view value) { return set_idle(request_, value); }});
  declare_guest_options(options, request_.vcpus, request_.guest_type, request_.kernel);
}

void declare_instance(Options& options, std::string& name) {
  options.add_text(name, "instance", 'I', "string", "Which memres (default \"default\")");
}

}  // namespace cli
