// The verbs that the guest's own tools answer (guest-init/tools.cc).
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/signals.h"
#include "engine/attachment.h"
#include "engine/engine_parts.h"
#include "engine/spec.h"

namespace engine {
namespace {

constexpr base::Milliseconds tool_limit{30'000};
constexpr std::size_t most_output = 8u << 20;

// What a tool prints: a file in memory that never grows beyond what it has from the beginning.
class BoundedOutput {
 public:
  BoundedOutput() : file_(memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
    if (!file_ || ftruncate(file_.get(), most_output) != 0 ||
        fcntl(file_.get(), F_ADD_SEALS, F_SEAL_GROW) != 0)
      base::throw_errno("making room for what the guest tells");
  }

  int fd() const { return file_.get(); }

  std::string text() const {
    const off_t size = lseek(file_.get(), 0, SEEK_CUR);
    if (size < 0) base::throw_errno("reading what the guest told");
    std::string text(static_cast<std::size_t>(size), '\0');
    if (pread(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
      base::throw_errno("reading what the guest told");
    return text;
  }

 private:
  base::UniqueFd file_;
};

}  // namespace

ProcessList Engine::processes(const std::string& name_or_id) {
  Connected to = connect(name_or_id);
  const BoundedOutput output;
  const Stdio stdio{.input = -1,
                    .output = output.fd(),
                    .error = output.fd(),
                    .detach_keys = {},
                    .proxy_signals = false};
  base::SignalSource signals = attached_signals(stdio);
  const AttachRequest request{settings_, parts_->containers, to.container.config, stdio,
                              base::Deadline::after(tool_limit)};
  const RunOutcome outcome =
      Attachment(request, std::move(to.connection), signals, encode(tool_spec("processes"))).run();
  if (outcome.failure) throw base::Error(base::ErrorKind::unsupported, outcome.failure->text);
  if (outcome.code != 0)
    throw base::Error(
        base::ErrorKind::failure,
        fmt::format("the guest of container {} does not tell its processes{}{}",
                    to.container.config.name, outcome.error.empty() ? "" : ": ", outcome.error));
  return parse_processes(output.text());
}

}  // namespace engine
