#include "engine/start_failure.h"

#include <array>
#include <cerrno>

#include "base/text.h"

namespace engine {
namespace {

using protocol::FailureStage;

constexpr std::array<std::string_view, 8> stage_names = {
    "other", "spec", "disk", "mount", "user", "working directory", "exec", "other"};
constexpr int missing = 127;
constexpr int unusable = 126;
constexpr std::size_t longest_text = 1024;

int code_of(const protocol::Failure& failure) {
  if (failure.stage != FailureStage::exec) return own_failure;
  return failure.error_number == ENOENT || failure.error_number == ENOTDIR ? missing : unusable;
}

}  // namespace

StartFailure start_failure(const protocol::Failure& failure) {
  const auto stage = static_cast<std::size_t>(failure.stage);
  return {.code = code_of(failure),
          .stage = std::string(stage_names.at(stage < stage_names.size() ? stage : 0)),
          .error_number = failure.error_number,
          .text = base::printable(failure.text, longest_text)};
}

}  // namespace engine
