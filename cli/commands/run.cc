#include "base/error.h"
#include "cli/command_table.h"
#include "cli/create_options.h"
#include "cli/progress_view.h"
#include "cli/terminal.h"
#include "cli/timing.h"
#include "cli/wording.h"

namespace cli {
namespace {

class Run : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(remove_, "rm", 0, "Remove the container when it exits");
    options.add_switch(quiet_, "quiet", 'q', "Show no progress of the pull");
    create_options_.declare(options);
    options.group(CreateOptions::guest_group);
    options.add_switch(timing_, "timing", 0, "Show how long each step took, at the end");
  }

  int run(Context& context) override {
    const engine::CreateRequest request = complete_request(context);
    context.engine().prepare_start();
    const engine::Container container = create(context, request);
    context.out.flush();
    context.err.flush();
    const engine::Stdio stdio{.input = request.interactive ? context.world.input : -1,
                              .output = context.world.output,
                              .error = context.world.error};
    const engine::RunOutcome outcome = context.engine().start_attached(container.config.id, stdio);
    const int code = report(context, outcome, container.config.argv);
    if (timing_) print_timing(context.err, outcome.timing);
    return code;
  }

 private:
  engine::CreateRequest complete_request(const Context& context) const {
    engine::CreateRequest request = create_options_.request(context);
    request.auto_remove = remove_;
    request.provisional = true;
    return request;
  }

  // Progress is for people: on a terminal or not at all, so that a program that reads standard
  // error finds the container's there and nothing else.
  engine::Container create(Context& context, const engine::CreateRequest& request) const {
    base::NoProgress silence;
    LiveProgress view(context.err, context.personality.pull, terminal_size(context.err.fd()));
    const bool watched = !quiet_ && is_terminal(context.err.fd());
    base::Progress& progress = watched ? static_cast<base::Progress&>(view) : silence;
    try {
      return context.engine().create(request, progress);
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::already_exists) refuse_name(context, request.name);
      throw;
    }
  }

  // Says in the personality's words who has the name; returns where nobody has it any longer.
  static void refuse_name(Context& context, const std::string& name) {
    std::string holder;
    try {
      holder = context.engine().container(name).config.id;
    } catch (const base::Error&) {
      return;
    }
    throw base::Error(
        base::ErrorKind::already_exists,
        fill(context.personality.messages.name_in_use, {{"name", name}, {"id", holder}}));
  }

  // What there is to say of the end, and the exit status.
  static int report(Context& context, const engine::RunOutcome& outcome,
                    const std::vector<std::string>& argv) {
    std::string message = one_line(outcome.error);
    int code = outcome.code;
    if (outcome.failure) {
      message = context.personality.start_failure(*outcome.failure, argv.empty() ? "" : argv[0]);
      code = outcome.failure->code;
    }
    if (!message.empty())
      context.err.line(fill(context.personality.messages.failure,
                            {{"program", context.personality.program}, {"message", message}}));
    return code;
  }

  CreateOptions create_options_;
  bool remove_ = false;
  bool quiet_ = false;
  bool timing_ = false;
};

}  // namespace

const CommandEntry run_command{
    .name = "run",
    .aliases = "container run",
    .group = "Common Commands",
    .summary = "Create and run a new container from an image",
    .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    .examples =
        "{program} run --rm alpine echo hello\n"
        "{program} run --rm -i -e LANG -m 512m debian sh <script.sh\n"
        "{program} run --name web -w /srv --read-only python:3 python -m http.server",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interspersed = false,
    .runs = true,
    .interruptible = true,
    .make = make_command<Run>,
};

}  // namespace cli
