#include "cli/restart_option.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/wording.h"
#include "engine/restart.h"

namespace cli {
namespace {

using When = engine::RestartPolicy::When;

[[noreturn]] void refuse(std::string_view pattern, std::string_view value) {
  throw base::Error(base::ErrorKind::usage, fill(pattern, {{"value", base::printable(value)}}));
}

}  // namespace

engine::RestartPolicy parse_restart(const Messages& messages, std::string_view value) {
  if (value.empty()) return {};
  const std::size_t colon = std::min(value.find(':'), value.size());
  const std::string_view name = value.substr(0, colon);
  const auto when = engine::parse_restart_policy(name);
  if (!when) refuse(messages.invalid_restart_policy, name);
  if (colon == value.size()) return {.when = *when, .most = 0};
  const auto most = base::parse_number<unsigned>(value.substr(colon + 1));
  if (!most) refuse(messages.invalid_restart_count, value.substr(colon + 1));
  if (*when != When::on_failure) refuse(messages.unused_restart_count, name);
  return {.when = *when, .most = *most};
}

}  // namespace cli
