#include "engine/restart.h"

#include <algorithm>
#include <array>
#include <csignal>

namespace engine {
namespace {

using When = RestartPolicy::When;

struct PolicyName {
  When when;
  std::string_view name;
};

constexpr std::array policy_names = {
    PolicyName{When::no, "no"},
    PolicyName{When::on_failure, "on-failure"},
    PolicyName{When::always, "always"},
    PolicyName{When::unless_stopped, "unless-stopped"},
};

constexpr base::Milliseconds shortest_wait{100};
constexpr base::Milliseconds longest_wait{60'000};
constexpr std::chrono::seconds long_life{10};

}  // namespace

std::string_view to_string(When when) {
  const auto* found = std::find_if(policy_names.begin(), policy_names.end(),
                                   [&](const PolicyName& entry) { return entry.when == when; });
  return found->name;
}

std::optional<When> parse_restart_policy(std::string_view name) {
  for (const PolicyName& entry : policy_names)
    if (entry.name == name) return entry.when;
  return std::nullopt;
}

bool starts_again(const RestartPolicy& policy, const Exited& ended) {
  if (policy.when == When::no || ended.stopped || ended.reason == EndReason::failed) return false;
  if (policy.when != When::on_failure) return true;
  return ended.code != 0 && (policy.most == 0 || ended.restarts < policy.most);
}

base::Milliseconds restart_wait(base::Milliseconds before, const Exited& ended) {
  const bool lived =
      ended.started != base::WallTime{} && ended.finished - ended.started >= long_life;
  if (lived || before == base::Milliseconds(0)) return shortest_wait;
  return std::min(before * 2, longest_wait);
}

bool asks_to_end(const ContainerConfig& config, int signal) {
  return signal == config.stop_signal || signal == SIGKILL || signal == SIGTERM ||
         signal == SIGINT || signal == SIGQUIT;
}

bool starts_at_boot(const Container& container) {
  const auto* exited = std::get_if<Exited>(&container.state);
  if (exited == nullptr) return false;
  return container.config.restart.when == When::always ||
         starts_again(container.config.restart, *exited);
}

}  // namespace engine
