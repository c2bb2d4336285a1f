#include "monitor/failure.h"

#include <array>
#include <cerrno>
#include <string_view>

#include "guest-init/protocol/messages.h"

namespace monitor {
namespace {

using protocol::FailureStage;

constexpr std::array<std::string_view, 8> stage_names = {
    "other", "spec", "disk", "mount", "user", "working directory", "exec", "other"};

}  // namespace

int failure_code(const Message& failed) {
  if (failed.numbers[0] != static_cast<std::uint64_t>(FailureStage::exec)) return own_failure;
  return failed.code == ENOENT || failed.code == ENOTDIR ? 127 : 126;
}

engine::LaunchEvent launch_failure(const Message& failed) {
  const std::size_t stage = failed.numbers[0] < stage_names.size() ? failed.numbers[0] : 0;
  return {.type = engine::LaunchEvent::Type::failure,
          .number = failure_code(failed),
          .second = failed.code,
          .text = std::string(stage_names[stage]) + "\n" + failed.take_text()};
}

}  // namespace monitor
