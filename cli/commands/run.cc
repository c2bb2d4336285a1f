#include "base/error.h"
#include "cli/attaching.h"
#include "cli/command_table.h"
#include "cli/create_options.h"
#include "cli/starting.h"
#include "cli/timing.h"
#include "cli/wording.h"

namespace cli {
namespace {

// `vrun`, of the earlier vxn: a command in an image as it stands, and nothing stays of it.
enum class Manner { run, vrun };

template <Manner manner>
class Run : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(detach_, "detach", 'd', "Run in the background, and print the id");
    options.add_switch(remove_image_, "rmi", 0, "Remove the image too, unless others use it");
    options.add_switch(quiet_, "quiet", 'q', "Show no progress of the pull");
    attach_options_.declare(options);
    attach_options_.declare_streams(options);
    create_options_.declare(options);
    options.group(CreateOptions::guest_group);
    options.add_switch(timing_, "timing", 0, "Show how long each step took, at the end");
  }

  int run(Context& context) override {
    const engine::CreateRequest request = complete_request(context);
    detach_keys_of(attach_options_);
    if (detach_ && remove_image_)
      throw base::Error(base::ErrorKind::usage, "Conflicting options: --rmi and -d");
    if (detach_ && attach_options_.only_named)
      throw base::Error(base::ErrorKind::usage, "Conflicting options: -a and -d");
    if (!detach_ && !check_terminal(context, request.terminal, request.interactive)) return 1;
    context.engine().prepare_start(detach_ ? engine::StartKind::detached
                                           : engine::StartKind::attached);
    const engine::Container container = create_options_.create(context, request, !quiet_);
    context.out.flush();
    context.err.flush();
    return detach_ ? start_detached(context, container) : start_attached(context, container);
  }

 private:
  engine::CreateRequest complete_request(const Context& context) const {
    engine::CreateRequest request = create_options_.request(context);
    request.provisional = true;
    request.auto_remove = request.auto_remove || remove_image_;
    if (manner == Manner::run) return request;
    request.auto_remove = true;
    if (!request.entrypoint && !request.command.empty()) request.entrypoint.emplace();
    return request;
  }

  static int start_detached(Context& context, const engine::Container& container) {
    const auto failure = context.engine().start(container.config.id);
    if (failure) return report_failure(context, *failure, container.config.argv);
    context.out.line(container.config.id);
    return 0;
  }

  int start_attached(Context& context, const engine::Container& container) const {
    const Attaching attaching(context, container.config.terminal, container.config.interactive,
                              attach_options_);
    const engine::RunOutcome outcome =
        context.engine().start_attached(container.config.id, attaching.stdio());
    const int code = report_outcome(context, outcome, container.config.argv);
    if (timing_) print_timing(context.err, outcome.timing);
    if (remove_image_) remove_image(context, container.config.image_id);
    return code;
  }

  // What others use stays, and is worth a word.
  static void remove_image(Context& context, const std::string& id) {
    try {
      context.engine().remove_image(id, false);
    } catch (const base::Error& error) {
      context.err.line(
          fill(context.personality.messages.failure,
               {{"program", context.personality.program}, {"message", one_line(error.message())}}));
    }
  }

  CreateOptions create_options_;
  AttachOptions attach_options_;
  bool detach_ = false;
  bool remove_image_ = false;
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
    .make = make_command<Run<Manner::run>>,
};

const CommandEntry vrun_command{
    .name = "vrun",
    .aliases = "",
    .group = "Commands",
    .summary = "Run a command in an image without its entrypoint; nothing of it stays",
    .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    .examples = "{program} vrun alpine cat /etc/os-release",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interspersed = false,
    .runs = true,
    .interruptible = true,
    .make = make_command<Run<Manner::vrun>>,
};

}  // namespace cli
