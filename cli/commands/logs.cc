#include <fmt/core.h>

#include <array>

#include "base/text.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_failure.h"
#include "cli/moment.h"
#include "cli/refused_options.h"

namespace cli {
namespace {

// Standard output's records go to standard output, standard error's to standard error.
class LogPrinter {
 public:
  LogPrinter(Context& context, bool times, bool details)
      : context_(context), times_(times), details_(details) {}

  void print(const engine::LogRecord& record) {
    if (record.text.empty()) return flush();
    Output& out = record.stream == 2 ? context_.err : context_.out;
    if (times_ || details_)
      print_lines(out, record);
    else
      out.write(record.text);
    // In the order in which it was said, where both are the same terminal.
    if (last_ != nullptr && last_ != &out) last_->flush();
    last_ = &out;
  }

  void flush() {
    context_.out.flush();
    context_.err.flush();
  }

 private:
  // A record may begin or end in the middle of a line.
  void print_lines(Output& out, const engine::LogRecord& record) {
    bool& within = within_line_.at(record.stream == 2 ? 1 : 0);
    std::string_view rest = record.text;
    while (!rest.empty()) {
      if (!within && times_) out.write(base::format_time(record.time) + " ");
      if (!within && details_) out.write(" ");
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
      out.write(rest.substr(0, end));
      within = rest[end - 1] != '\n';
      rest.remove_prefix(end);
    }
  }

  Context& context_;
  bool times_;
  bool details_;
  std::array<bool, 2> within_line_{};
  Output* last_ = nullptr;
};

class Logs : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(request_.follow, "follow", 'f', "Go on with what is said from now on");
    options.add_switch(details_, "details", 0, "Begin each line with what is known of it: nothing");
    options.add_switch(latest_, "latest", 'l', "The container that was made last");
    take_needless(options, "color", true, "one container needs no colours");
    take_needless(options, "names", true, "one container needs no name");
    options.add_text(since_, "since", 0, "string",
                     "Show what was said since a time (2026-01-02T13:23:37Z) or for so long (42m)");
    options.add({.name = "tail",
                 .letter = 'n',
                 .type = "string",
                 .meaning = "Number of lines to show from the end (default \"all\")",
                 .set = [this](std::string_view value) { return set_tail(value); }});
    options.add_switch(times_, "timestamps", 't', "Show when each line was said");
    options.add_text(until_, "until", 0, "string",
                     "Show what was said before a time or so long ago");
  }

  bool chooses() const override { return latest_; }

  int run(Context& context) override {
    engine::LogRequest request = request_;
    request.since = moment(context, since_, "since");
    request.until = moment(context, until_, "until");
    const engine::Container container =
        named_container(context, arguments_with(context, latest_).at(0));
    LogPrinter printer(context, times_, details_);
    context.engine().logs(container.config.id, request,
                          [&](const engine::LogRecord& record) { printer.print(record); });
    printer.flush();
    return 0;
  }

 private:
  std::optional<std::string> set_tail(std::string_view value) {
    const auto count = base::parse_number<std::int64_t>(value);
    if (!count && value != "all") return "neither a number nor \"all\"";
    request_.tail.reset();
    if (count && *count >= 0) request_.tail = static_cast<std::uint64_t>(*count);
    return std::nullopt;
  }

  static std::optional<base::WallTime> moment(const Context& context, const std::string& text,
                                              std::string_view option) {
    if (text.empty()) return std::nullopt;
    const auto time = parse_moment(text, context.world.now());
    if (!time)
      throw base::Error(base::ErrorKind::usage,
                        fmt::format("invalid value for \"{}\": {}", option, base::printable(text)));
    return time;
  }

  engine::LogRequest request_;
  std::string since_;
  std::string until_;
  bool times_ = false;
  bool details_ = false;
  bool latest_ = false;
};

}  // namespace

const CommandEntry logs_command{
    .name = "logs",
    .aliases = "container logs",
    .group = "Commands",
    .summary = "Show what a container has said",
    .usage = "[OPTIONS] CONTAINER",
    .examples =
        "{program} logs --tail 20 web\n"
        "{program} logs -ft --since 10m web",
    .takes = {.least = 1, .most = 1},
    .interruptible = true,
    .make = make_command<Logs>,
};

}  // namespace cli
