#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/chosen_containers.h"
#include "cli/command_table.h"
#include "cli/container_size.h"
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
                 .meaning = "What is looked for: container or image",
                 .set = [this](std::string_view value) { return set_type(value); }});
    options.add_switch(size_, "size", 's', "Tell how large a container's files are");
    options.add_switch(latest_, "latest", 'l', "The container that was made last");
  }

  bool chooses() const override { return latest_; }

  int run(Context& context) override {
    base::Json documents = base::Json::array();
    int code = 0;
    for (const std::string& name : arguments_with(context, latest_))
      if (auto document = look_up(context, name))
        documents.push_back(std::move(*document));
      else
        code = context.personality.exit_codes.failure;
    print(context, documents);
    for (const std::string& message : missing_) context.err.line("Error: " + message);
    return code;
  }

 private:
  std::optional<std::string> set_type(std::string_view value) {
    containers_ = value == "container" || value == "all" || value.empty();
    images_ = value == "image" || value == "all" || value.empty();
    if (containers_ || images_) return std::nullopt;
    return fmt::format("\"{}\" is not a valid value for --type", base::printable(value));
  }

  // "2026-01-02 03:04:05.6 +0000 UTC", of the members that are times.
  static std::optional<std::string> go_time(const std::string& field, const base::Json& value) {
    static constexpr std::array<std::string_view, 3> times{"Created", "StartedAt", "FinishedAt"};
    if (std::find(times.begin(), times.end(), field) == times.end() || !value.is_string())
      return std::nullopt;
    std::string text = value;
    if (text.size() < 20 || text[10] != 'T' || !text.ends_with('Z')) return std::nullopt;
    text[10] = ' ';
    text.pop_back();
    if (text.find('.') != std::string::npos) text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text + " +0000 UTC";
  }

  // Containers go first.
  std::optional<base::Json> look_up(Context& context, const std::string& name) {
    auto document = containers_ ? look_up_container(context, name) : std::nullopt;
    if (!document && images_) document = look_up_image(context, name);
    if (!document)
      missing_.push_back(
          fill(context.personality.messages.no_such_object, {{"name", base::printable(name)}}));
    return document;
  }

  std::optional<base::Json> look_up_container(Context& context, const std::string& name) const {
    try {
      const engine::Container container = context.engine().container(name);
      InspectFacts facts{.log_path = context.engine().log_path(container.config.id),
                         .pid = context.engine().pid(container)};
      if (size_) facts.size = container_size(context, container.config);
      return context.personality.inspect(container, facts);
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::not_found) throw;
      return std::nullopt;
    }
  }

  static std::optional<base::Json> look_up_image(Context& context, const std::string& name) {
    const auto image = context.engine().image(name);
    if (!image) return std::nullopt;
    return context.personality.inspect_image(*image, context.names());
  }

  void print(Context& context, const base::Json& documents) const {
    if (format_.empty() || format_ == "json")
      return context.out.line(documents.dump(context.personality.inspect_indent, ' ', false,
                                             base::Json::error_handler_t::replace));
    const Template line(unescaped_format(format_));
    const Template::ShowField show = context.personality.go_times ? go_time : nullptr;
    for (const base::Json& document : documents)
      context.out.line(line.render(document, nullptr, show));
  }

  std::string format_;
  std::vector<std::string> missing_;
  bool containers_ = true;
  bool images_ = true;
  bool size_ = false;
  bool latest_ = false;
};

}  // namespace

const CommandEntry inspect_command{
    .name = "inspect",
    .aliases = "container inspect,image inspect",
    .group = "Commands",
    .summary = "Show all that is known of one or more containers or images",
    .usage = "[OPTIONS] NAME [NAME...]",
    .examples =
        "{program} inspect web\n"
        "{program} inspect --type image -f '{{.Config.Cmd}}' alpine\n"
        "{program} inspect -f '{{.State.ExitCode}}' web",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .make = make_command<Inspect>,
};

}  // namespace cli
