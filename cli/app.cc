#include "cli/app.h"

#include <csignal>
#include <exception>
#include <optional>
#include <span>

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/global_options.h"
#include "cli/help_page.h"
#include "cli/suggest.h"
#include "cli/wording.h"

namespace cli {
namespace {

constexpr int exit_run_failed = 125;
constexpr int exit_signalled = 128;

// One command line, from its first word to the exit status.
class App {
 public:
  App(const Personality& personality, const std::vector<std::string>& arguments, const World& world)
      : personality_(personality), arguments_(arguments), world_(world) {}

  int run() {
    GlobalOptions globals;
    Options options;
    globals.declare(options);
    ParsedOptions parsed = options.parse(arguments_, false);
    Context context(personality_, world_, globals.globals);
    return guarded(context, personality_.exit_codes.failure, [&] {
      if (parsed.refusal) return refuse_option(context, personality_.program, *parsed.refusal);
      if (globals.version) return print(context, version_line());
      if (parsed.help || parsed.arguments.empty())
        return print(context, program_help(personality_, options));
      base::set_log_prefix(personality_.program);
      if (context.globals.debug) base::set_log_level(base::LogLevel::debug);
      return dispatch(context, parsed.arguments);
    });
  }

 private:
  // Runs `work` and writes out what it said; words what it throws. Here every failure ends.
  template <typename Work>
  int guarded(Context& context, int failure_code, Work work) {
    int code = failure_code;
    try {
      code = work();
      context.out.flush();
      context.err.flush();
      return code;
    } catch (const base::Error& error) {
      report(context, error.message());
      if (error.kind() == base::ErrorKind::interrupted) return interrupted_code();
    } catch (const std::exception& error) {
      report(context, error.what());
    }
    return code != 0 ? code : 1;  // 0: all went well but for saying so
  }

  static int interrupted_code() {
    const int signal = base::interrupt_signal();
    return exit_signalled + (signal != 0 ? signal : SIGINT);
  }

  // Where even standard error is gone, nobody can be told.
  void report(Context& context, std::string_view message) {
    try {
      context.err.line(fill(personality_.messages.failure,
                            {{"program", personality_.program}, {"message", one_line(message)}}));
      context.err.flush();
    } catch (const base::Error&) {
    }
  }

  std::string version_line() const {
    return fill(personality_.messages.version,
                {{"program", personality_.program}, {"version", VXN_VERSION}}) +
           "\n";
  }

  static int print(Context& context, std::string_view text) {
    context.out.write(text);
    return 0;
  }

  int refuse_option(Context& context, std::string_view command, std::string_view why) {
    context.err.line(
        fill(personality_.messages.refused_option, {{"command", command}, {"message", why}}));
    return personality_.exit_codes.refused_option;
  }

  int dispatch(Context& context, const std::vector<std::string>& words) {
    const FoundCommand found = find_command(words);
    const std::span<const std::string> rest = std::span(words).subspan(found.words);
    if (found.command != nullptr)
      return run_command(context, *found.command, found.path, {rest.begin(), rest.end()});
    if (found.group != nullptr && (rest.empty() || rest[0] == "--help" || rest[0] == "-h"))
      return print(context, group_help(personality_, *found.group));
    if (const AbsentCommand* absent = find_absent(words)) return refuse_absent(context, *absent);
    return unknown_command(context, found.group != nullptr ? found.path + " " + rest[0] : words[0]);
  }

  int refuse_absent(Context& context, const AbsentCommand& absent) {
    report(context,
           std::string(absent.name) + ": " + fill(absent.way, {{"program", personality_.program}}));
    return exit_run_failed;
  }

  int unknown_command(Context& context, const std::string& word) {
    std::vector<std::string_view> names;
    for (const CommandEntry* command : command_table()) names.push_back(command->name);
    for (const CommandGroup& group : command_groups()) names.push_back(group.name);
    std::string list;
    for (const std::string& name : suggest(word, names)) list += "\t" + name + "\n";
    const std::string suggestions =
        list.empty() ? "" : fill(personality_.messages.suggestions, {{"list", list}});
    context.err.line(fill(personality_.messages.unknown_command, {{"program", personality_.program},
                                                                  {"word", base::printable(word)},
                                                                  {"suggestions", suggestions}}));
    return personality_.exit_codes.unknown_command;
  }

  int run_command(Context& context, const CommandEntry& entry, const std::string& path,
                  const std::vector<std::string>& words) {
    const std::unique_ptr<Command> command = entry.make();
    const Options options = options_of(personality_, entry, *command);
    ParsedOptions parsed = options.parse(words, entry.interspersed);
    const std::string name = std::string(personality_.program) + " " + path;
    if (parsed.refusal) return refuse_option(context, name, *parsed.refusal);
    if (parsed.help) return print(context, command_help(personality_, entry, path));
    const std::size_t count = parsed.arguments.size();
    const unsigned least = command->chooses() ? 0 : entry.takes.least;
    if (count < least || count > entry.takes.most)
      return refuse_arguments(context, entry, path, count);
    context.arguments = std::move(parsed.arguments);
    std::optional<base::InterruptGuard> guard;
    if (entry.interruptible) guard.emplace();
    const int failure = entry.runs ? exit_run_failed : personality_.exit_codes.failure;
    return guarded(context, failure, [&] { return command->run(context); });
  }

  int refuse_arguments(Context& context, const CommandEntry& entry, const std::string& path,
                       std::size_t count) {
    context.err.line(personality_.arguments_refused({
        .command = std::string(personality_.program) + " " + path,
        .usage = usage_line(personality_, entry, path),
        .summary = fill(entry.summary, {{"program", personality_.program}}),
        .takes = entry.takes,
        .given = count,
    }));
    return personality_.exit_codes.refused_arguments;
  }

  const Personality& personality_;
  const std::vector<std::string>& arguments_;
  const World& world_;
};

}  // namespace

int run_app(const Personality& personality, const std::vector<std::string>& arguments,
            const World& world) {
  return App(personality, arguments, world).run();
}

int run_app(const Personality& personality, int argc, char** argv) {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  try {
    base::hold_standard_descriptors();
  } catch (const base::Error& error) {
    base::log_line(base::LogLevel::error, error.message());
    return personality.exit_codes.failure;
  }
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return run_app(personality, arguments, World{});
}

}  // namespace cli
