#include "base/error.h"
#include "base/text.h"
#include "cli/attaching.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/environment.h"
#include "cli/refused_options.h"
#include "cli/starting.h"
#include "cli/terminal.h"
#include "cli/wording.h"

namespace cli {
namespace {

class Exec : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(detach_, "detach", 'd', "Run in the background");
    options.add_text(detach_keys_, "detach-keys", 0, "string",
                     "Keys that leave a process with a terminal (default \"ctrl-p,ctrl-q\")");
    environment_.declare(options);
    options.add_switch(request_.interactive, "interactive", 'i', "Keep standard input open");
    options.add_switch(latest_, "latest", 'l', "The container that was made last");
    refuse_option(options, "preserve-fds", 0, "a guest cannot have the host's files");
    options.add_switch(request_.privileged, "privileged", 0,
                       "All capabilities, and no seccomp filter");
    options.add_switch(request_.terminal, "tty", 't', "Give the process a terminal");
    options.add_text(request_.user, "user", 'u', "string", "User, by name or number: USER[:GROUP]");
    options.add_text(request_.working_directory, "workdir", 'w', "string",
                     "Directory in which the command runs");
  }

  bool chooses() const override { return latest_; }

  int run(Context& context) override {
    context.arguments = arguments_with(context, latest_);
    if (context.arguments.size() < 2)
      throw base::Error(base::ErrorKind::usage,
                        "must provide a non-empty command to start an exec session");
    const engine::Container container = named_container(context, context.arguments[0]);
    if (!engine::is_alive(container.state)) return refuse(context, container);
    const engine::ExecRequest request = complete(context);
    if (detach_) return detached(context, container, request);
    if (!check_terminal(context, request.terminal, request.interactive)) return 1;
    const Attaching attaching(context, request.terminal, request.interactive,
                              {.detach_keys = detach_keys_, .sig_proxy = false});
    return report_outcome(context,
                          context.engine().exec(container.config.id, request, attaching.stdio()),
                          request.command);
  }

 private:
  engine::ExecRequest complete(const Context& context) const {
    engine::ExecRequest request = request_;
    request.command.assign(context.arguments.begin() + 1, context.arguments.end());
    request.env = environment_.resolved();
    return request;
  }

  static int detached(Context& context, const engine::Container& container,
                      const engine::ExecRequest& request) {
    const auto failure = context.engine().exec_detached(container.config.id, request);
    return failure ? report_failure(context, *failure, request.command) : 0;
  }

  static int refuse(Context& context, const engine::Container& container) {
    const std::string message =
        fill(context.personality.messages.not_running_to_exec, {{"id", container.config.id}});
    context.err.line(fill(context.personality.messages.failure,
                          {{"program", context.personality.program}, {"message", message}}));
    return context.personality.exit_codes.exec_not_running;
  }

  engine::ExecRequest request_;
  EnvironmentOptions environment_;
  std::string detach_keys_;
  bool detach_ = false;
  bool latest_ = false;
};

// `vshell`, of the earlier vxn: a shell with the container's files that sees the guest itself, its
// processes and devices, to find out what is the matter with it.
class GuestShell : public Command {
 public:
  void declare(Options& options) override {
    environment_.declare(options);
    options.add_text(request_.user, "user", 'u', "string",
                     "User, by name or number (default root)");
    options.add_text(request_.working_directory, "workdir", 'w', "string",
                     "Directory in which the shell starts (default \"/\")");
  }

  int run(Context& context) override {
    const engine::Container container = named_container(context, context.arguments[0]);
    engine::ExecRequest request = request_;
    request.command.assign(context.arguments.begin() + 1, context.arguments.end());
    if (request.command.empty()) request.command = {"/bin/sh"};
    request.env = environment_.resolved();
    if (request.user.empty()) request.user = "0:0";
    if (request.working_directory.empty()) request.working_directory = "/";
    request.interactive = true;
    request.beside = true;
    request.terminal = is_terminal(context.world.input) && is_terminal(context.world.output);
    const Attaching attaching(context, request.terminal, request.interactive,
                              {.detach_keys = "", .sig_proxy = false});
    return report_outcome(context,
                          context.engine().exec(container.config.id, request, attaching.stdio()),
                          request.command);
  }

 private:
  engine::ExecRequest request_;
  EnvironmentOptions environment_;
};

}  // namespace

const CommandEntry vshell_command{
    .name = "vshell",
    .aliases = "",
    .group = "Commands",
    .summary = "Open a shell beside a running container, in its guest",
    .usage = "[OPTIONS] CONTAINER [COMMAND] [ARG...]",
    .examples =
        "{program} vshell web\n"
        "{program} vshell web dmesg",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interspersed = false,
    .interruptible = true,
    .make = make_command<GuestShell>,
};

const CommandEntry exec_command{
    .name = "exec",
    .aliases = "container exec",
    .group = "Common Commands",
    .summary = "Run a command in a running container",
    .usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
    .examples =
        "{program} exec -it web sh\n"
        "{program} exec -u nobody -w /tmp web id",
    .takes = {.least = 2, .most = ArgumentRange::any},
    .interspersed = false,
    .interruptible = true,
    .make = make_command<Exec>,
};

}  // namespace cli
