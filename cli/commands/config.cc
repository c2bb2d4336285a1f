// `vconfig`: the settings, as they are and as the user's file is to have them.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "engine/setting_keys.h"

namespace cli {
namespace {

class Config : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(reset_, "reset", 0, "Take KEY out of the user's file");
  }

  int run(Context& context) override {
    const std::vector<std::string>& words = context.arguments;
    if (reset_ && words.size() != 1)
      throw base::Error(base::ErrorKind::usage, "--reset takes one KEY");
    if (reset_) return reset(context, words[0]);
    if (words.size() == 2) return set(context, words[0], words[1]);
    const engine::LoadedSettings loaded =
        engine::load_all_settings(context.personality.program, context.globals.settings);
    if (words.empty()) return show_all(context, loaded);
    context.out.line(base::printable(key_named(words[0]).show(loaded.settings), longest));
    return 0;
  }

 private:
  static constexpr std::size_t longest = 4096;

  static const engine::SettingKey& key_named(const std::string& name) {
    const engine::SettingKey* key = engine::find_setting(name);
    if (key == nullptr)
      throw base::Error(base::ErrorKind::usage,
                        fmt::format("no such setting: {}", base::printable(name)));
    return *key;
  }

  static int show_all(Context& context, const engine::LoadedSettings& loaded) {
    context.out.line(fmt::format("{} configuration ({}):", context.personality.program,
                                 engine::user_settings_path(context.personality.program)));
    for (const engine::SettingKey& key : engine::setting_keys()) {
      const auto source = loaded.sources.find(std::string(key.name));
      context.out.line(fmt::format(
          "  {} = {} ({})", key.name, base::printable(key.show(loaded.settings), longest),
          source == loaded.sources.end() ? "default" : base::printable(source->second, longest)));
    }
    return 0;
  }

  static int set(Context& context, const std::string& name, const std::string& value) {
    engine::write_setting(context.personality.program, name, value);
    context.out.line(
        fmt::format("Set {} = {}", key_named(name).name, base::printable(value, longest)));
    return 0;
  }

  static int reset(Context& context, const std::string& name) {
    const bool was_set = engine::remove_setting(context.personality.program, name);
    const std::string_view key = key_named(name).name;
    context.out.line(was_set ? fmt::format("Reset {}", key) : fmt::format("{} was not set", key));
    return 0;
  }

  bool reset_ = false;
};

}  // namespace

const CommandEntry config_command{
    .name = "vconfig",
    .aliases = "",
    .group = "Commands",
    .summary = "Show settings and where they come from, or set one for this user",
    .usage = "[OPTIONS] [KEY [VALUE]]",
    .examples =
        "{program} vconfig\n"
        "{program} vconfig idle-timeout 3600\n"
        "{program} vconfig --reset idle-timeout",
    .takes = {.least = 0, .most = 2},
    .make = make_command<Config>,
};

}  // namespace cli
