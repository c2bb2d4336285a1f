#include "cli/policy_options.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/error.h"
#include "base/file.h"
#include "base/resource_limits.h"
#include "base/text.h"

namespace cli {
namespace {

constexpr std::size_t most_profile = 1u << 20;
constexpr int most_oom_score = 1000;

std::optional<std::uint64_t> limit_value(std::string_view text) {
  if (text == "-1") return RLIM_INFINITY;
  return base::parse_number<std::uint64_t>(text);
}

std::optional<std::uint32_t> parse_umask(std::string_view text) {
  constexpr std::size_t most_digits = 4;
  constexpr std::uint32_t most = 0777;
  std::uint32_t mask = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mask, 8);
  if (error != std::errc() || end != text.data() + text.size() || text.size() > most_digits ||
      mask > most)
    return std::nullopt;
  return mask;
}

// What can be asked for by name, and is the case for every guest already.
constexpr std::string_view true_of_guests[] = {"label=disable", "label:disable",
                                               "apparmor=unconfined", "apparmor:unconfined"};

}  // namespace

std::optional<std::string> parse_ulimit(std::string_view text, protocol::ResourceLimit& limit) {
  const std::string shown = base::printable(text);
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return fmt::format("invalid ulimit argument: {}", shown);
  const std::string_view name = text.substr(0, equals);
  const auto resource = base::parse_limit_name(name);
  if (!resource) return fmt::format("invalid ulimit type: {}", base::printable(name));
  const std::vector<std::string> values = base::split(text.substr(equals + 1), ':');
  const auto soft = limit_value(values.front());
  const auto hard = limit_value(values.back());
  if (values.size() > 2 || !soft || !hard)
    return fmt::format("too many limit values or no number: {}", shown);
  if (*soft > *hard)
    return fmt::format("ulimit soft limit must be less than or equal to hard limit: {} > {}",
                       values.front(), values.back());
  limit = {.resource = *resource, .soft = *soft, .hard = *hard};
  return std::nullopt;
}

Setter assignment_setter(std::map<std::string, std::string>& target) {
  return [&target](std::string_view value) -> std::optional<std::string> {
    const std::size_t equals = value.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return fmt::format("'{}' is not NAME=VALUE", base::printable(value));
    target[std::string(value.substr(0, equals))] = value.substr(equals + 1);
    return std::nullopt;
  };
}

void PolicyOptions::declare(Options& options, engine::CreateRequest& request) {
  request_ = &request;
  engine::Policy& policy = request.policy;
  options.add_list(policy.added_capabilities, "cap-add", 0, "list", "Give root a capability; ALL");
  options.add_list(policy.dropped_capabilities, "cap-drop", 0, "list",
                   "Take a capability from root; ALL");
  options.add_switch(policy.privileged, "privileged", 0,
                     "All capabilities, no seccomp filter, nothing hidden");
  options.add({.name = "security-opt",
               .type = "list",
               .meaning = "no-new-privileges, seccomp=FILE|unconfined, systempaths=unconfined",
               .set = [this](std::string_view value) { return set_security_option(value); }});
  options.add_list(policy.groups, "group-add", 0, "list", "Supplementary group, by name or number");
  options.add({.name = "ulimit",
               .type = "list",
               .meaning = "Resource limit: NAME=SOFT[:HARD], -1 for none",
               .set = [&policy](std::string_view value) {
                 return parse_ulimit(value, policy.limits.emplace_back());
               }});
  options.add({.name = "sysctl",
               .type = "map",
               .meaning = "Setting of the guest's kernel: NAME=VALUE",
               .set = assignment_setter(request.sysctls)});
  options.add({.name = "oom-score-adj",
               .type = "int",
               .meaning = "The OOM killer's preference (-1000 to 1000)",
               .set = [&policy](std::string_view value) -> Refusal {
                 const auto number = base::parse_number<int>(value);
                 if (!number || *number < -most_oom_score || *number > most_oom_score)
                   return "not a number from -1000 to 1000";
                 policy.oom_score_adj = number;
                 return std::nullopt;
               }});
  options.add({.name = "umask",
               .type = "string",
               .meaning = "File mode mask, octal (default \"0022\")",
               .set = [&policy](std::string_view value) -> Refusal {
                 const auto mask = parse_umask(value);
                 if (!mask) return "an octal number up to 0777 is wanted";
                 policy.umask = *mask;
                 return std::nullopt;
               }});
}

PolicyOptions::Refusal PolicyOptions::set_security_option(std::string_view value) {
  engine::Policy& policy = request_->policy;
  const std::size_t separator = std::min(value.find_first_of("=:"), value.size());
  const std::string_view key = value.substr(0, separator);
  const std::string_view text = value.substr(std::min(separator + 1, value.size()));
  policy.security_options.emplace_back(value);
  if (key == "seccomp") return set_seccomp(text);
  if (key == "no-new-privileges") {
    const auto truth = text.empty() ? std::optional(true) : parse_truth(text);
    if (!truth) return fmt::format("invalid --security-opt: \"{}\"", base::printable(value));
    policy.no_new_privileges = *truth;
    return std::nullopt;
  }
  if (value == "systempaths=unconfined" || value == "unmask=ALL" || value == "unmask=all") {
    policy.unmasked = true;
    return std::nullopt;
  }
  const bool granted = std::find(std::begin(true_of_guests), std::end(true_of_guests), value) !=
                       std::end(true_of_guests);
  if (granted) return std::nullopt;
  if (key == "apparmor" || key == "label")
    return "a guest's kernel has neither AppArmor nor SELinux; the container is alone in it";
  return fmt::format("invalid --security-opt: \"{}\"", base::printable(value));
}

PolicyOptions::Refusal PolicyOptions::set_seccomp(std::string_view value) {
  request_->seccomp.reset();
  if (value == "builtin") return std::nullopt;
  request_->seccomp.emplace();
  if (value == "unconfined") return std::nullopt;
  try {
    *request_->seccomp = base::read_file(std::string(value), most_profile);
  } catch (const base::Error& error) {
    return fmt::format("opening seccomp profile ({}) failed: {}", base::printable(value),
                       error.message());
  }
  if (request_->seccomp->empty()) return "the seccomp profile is empty";
  return std::nullopt;
}

}  // namespace cli
