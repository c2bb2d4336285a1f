#include "cli/starting.h"

#include "base/error.h"
#include "cli/container_failure.h"
#include "cli/progress_view.h"
#include "cli/terminal.h"
#include "cli/wording.h"

namespace cli {
namespace {

void say(Context& context, const std::string& message) {
  context.err.line(fill(context.personality.messages.failure,
                        {{"program", context.personality.program}, {"message", message}}));
}

std::string failure_text(const Context& context, const engine::StartFailure& failure,
                         const std::vector<std::string>& argv) {
  return context.personality.start_failure(failure, argv.empty() ? "" : argv[0]);
}

}  // namespace

engine::Container create_container(Context& context, const engine::CreateRequest& request,
                                   bool watched) {
  base::NoProgress silence;
  LiveProgress view(context.err, context.personality.pull, terminal_size(context.err.fd()));
  const bool shown = watched && is_terminal(context.err.fd());
  base::Progress& progress = shown ? static_cast<base::Progress&>(view) : silence;
  engine::CreateRequest told = request;
  if (shown) told.trying = announce_names(context.err, context.personality.pull, request.image);
  try {
    return context.engine().create(told, progress);
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::already_exists) refuse_name(context, request.name);
    throw;
  }
}

void start_container(Context& context, const std::string& name) {
  const engine::Container container = context.engine().container(name);
  const auto failure = context.engine().start(container.config.id);
  if (failure) throw base::Error(failure_text(context, *failure, container.config.argv));
  context.out.line(name);
}

int report_failure(Context& context, const engine::StartFailure& failure,
                   const std::vector<std::string>& argv) {
  say(context, failure_text(context, failure, argv));
  return failure.code;
}

int report_outcome(Context& context, const engine::RunOutcome& outcome,
                   const std::vector<std::string>& argv) {
  if (outcome.detached && !context.personality.messages.detached.empty())
    context.err.line(context.personality.messages.detached);
  if (outcome.failure) return report_failure(context, *outcome.failure, argv);
  if (!outcome.error.empty()) say(context, one_line(outcome.error));
  return outcome.code;
}

}  // namespace cli
