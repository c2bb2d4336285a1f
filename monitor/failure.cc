#include "monitor/failure.h"

#include <algorithm>

namespace monitor {

engine::StartFailure start_failure(const Message& failed) {
  constexpr std::uint64_t beyond = 255;  // of what a stage may be: none of ours
  return engine::start_failure(protocol::Failure{
      .stage =
          static_cast<protocol::FailureStage>(std::min<std::uint64_t>(failed.numbers[0], beyond)),
      .error_number = failed.code,
      .text = failed.take_text()});
}

engine::LaunchEvent launch_failure(const Message& failed) {
  const engine::StartFailure failure = start_failure(failed);
  return {.type = engine::LaunchEvent::Type::failure,
          .number = failure.code,
          .second = failure.error_number,
          .text = failure.stage + "\n" + failure.text};
}

}  // namespace monitor
