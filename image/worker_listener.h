// Listens to vxn-image-worker until its end.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/progress.h"
#include "base/text.h"
#include "image/worker_launch.h"
#include "image/worker_protocol.h"

namespace image {

// What a worker may end with: one kind, or one of several.
template <typename... Wanted>
struct OneOf {
  using type = std::variant<Wanted...>;
};
template <typename Wanted>
struct OneOf<Wanted> {
  using type = Wanted;
};

// Hands a record on; what it was started for is kept, a failure thrown.
template <typename... Wanted>
struct Listener {
  base::Progress& progress;
  std::optional<typename OneOf<Wanted...>::type> result;

  void operator()(WorkerMessage& message) { progress.message(base::printable(message.text)); }
  void operator()(WorkerProgress& update) {
    progress.update(base::printable(update.item), base::printable(update.state), update.done,
                    update.total);
  }
  [[noreturn]] void operator()(WorkerFailure& failure) {
    throw base::Error(failure.kind, base::printable(failure.message, 4096));
  }
  template <typename Done>
  void operator()(Done& done) {
    if constexpr ((std::is_same_v<Done, Wanted> || ...))
      result = std::move(done);
    else
      throw base::Error(base::ErrorKind::corrupt, "the image worker's report: of another task");
  }
};

[[noreturn]] inline void throw_unexpected_end(base::ExitStatus status) {
  throw base::Error("the image worker ended unexpectedly (" +
                    (status.signal != 0 ? "signal " + std::to_string(status.signal)
                                        : "status " + std::to_string(status.code)) +
                    ")");
}

// Reads the report to its end and waits for the worker's. Throws what it failed with, corrupt for a
// report that breaks the protocol or is another task's.
template <typename... Wanted>
typename OneOf<Wanted...>::type listen(Worker& worker, base::Progress& progress) {
  Listener<Wanted...> listener{.progress = progress, .result = std::nullopt};
  WorkerRecords records;
  std::array<std::byte, 16384> buffer;
  for (;;) {
    base::wait_readable(worker.report.get(), base::Deadline::never());
    const auto count = base::read_some(worker.report.get(), buffer);
    if (!count || *count == 0) break;
    records.feed(std::span(buffer).first(*count));
    while (auto record = records.next()) std::visit(listener, *record);
  }
  const auto status = worker.child.wait(base::Deadline::after(std::chrono::seconds(10)));
  if (!status || !status->ok() || !listener.result)
    throw_unexpected_end(status.value_or(base::ExitStatus{}));
  return std::move(*listener.result);
}

}  // namespace image
