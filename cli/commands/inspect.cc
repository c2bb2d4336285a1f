#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/template.h"
#include "cli/wording.h"

namespace cli {
namespace {

class Inspect : public Command {
 public:
  void declare(Options& options) override {
    options.add_text(format_, "format", 'f', "string", "Format: json, or a Go template");
    options.add({.name = "type",
                 .type = "string",
                 .meaning = "What is looked for: container",
                 .set = [](std::string_view value) { return refused_type(value); }});
  }

  int run(Context& context) override {
    base::Json documents = base::Json::array();
    int code = 0;
    for (const std::string& name : context.arguments)
      if (auto document = look_up(context, name))
        documents.push_back(std::move(*document));
      else
        code = context.personality.exit_codes.failure;
    print(context, documents);
    for (const std::string& message : missing_) context.err.line("Error: " + message);
    return code;
  }

 private:
  static std::optional<std::string> refused_type(std::string_view value) {
    if (value == "container") return std::nullopt;
    return fmt::format("\"{}\" is not a valid value for --type", base::printable(value));
  }

  std::optional<base::Json> look_up(Context& context, const std::string& name) {
    try {
      const engine::Container container = context.engine().container(name);
      return context.personality.inspect(
          container, {.log_path = context.engine().log_path(container.config.id)});
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::not_found) throw;
      missing_.push_back(
          fill(context.personality.messages.no_such_object, {{"name", base::printable(name)}}));
      return std::nullopt;
    }
  }

  void print(Context& context, const base::Json& documents) const {
    if (format_.empty() || format_ == "json") return context.out.write(base::dump_json(documents));
    const Template line(unescaped_format(format_));
    for (const base::Json& document : documents) context.out.line(line.render(document));
  }

  std::string format_;
  std::vector<std::string> missing_;
};

}  // namespace

const CommandEntry inspect_command{
    .name = "inspect",
    .aliases = "container inspect",
    .group = "Commands",
    .summary = "Show all that is known of one or more containers",
    .usage = "[OPTIONS] NAME [NAME...]",
    .examples =
        "{program} inspect web\n"
        "{program} inspect -f '{{.State.ExitCode}}' web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .make = make_command<Inspect>,
};

}  // namespace cli
