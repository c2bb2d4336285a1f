// `vstorage list`, `vstorage path`: where what is kept lies. (df and clean are those of system.)
#include <fmt/core.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/command_table.h"

namespace cli {
namespace {

class StoragePath : public Command {
 public:
  void declare(Options&) override {}
  int run(Context& context) override {
    context.out.line(context.engine().settings().data_root);
    return 0;
  }
};

class StorageList : public Command {
 public:
  void declare(Options&) override {}
  int run(Context& context) override {
    engine::Engine& engine = context.engine();
    std::uint64_t containers = 0;
    const auto all = engine.containers();
    for (const engine::Container& container : all)
      containers += engine.disk_usage(container.config);
    context.out.line(fmt::format("{} storage directories:", context.personality.program));
    line(context, "images", fmt::format("{} images", engine.images().size()),
         engine.image_space().bytes);
    line(context, "containers", fmt::format("{} containers", all.size()), containers);
    return 0;
  }

 private:
  static void line(Context& context, std::string_view folder, std::string_view what,
                   std::uint64_t bytes) {
    context.out.line(fmt::format("  {}/{}  {}  {}", context.engine().settings().data_root, folder,
                                 what, base::human_size(bytes)));
  }
};

}  // namespace

const CommandEntry storage_path_command{
    .name = "vstorage path",
    .aliases = "",
    .group = "Commands",
    .summary = "Print where images and containers are kept",
    .usage = "",
    .examples = "",
    .takes = {},
    .make = make_command<StoragePath>,
};

const CommandEntry storage_list_command{
    .name = "vstorage list",
    .aliases = "vstorage ls",
    .group = "Commands",
    .summary = "List what is kept, and what it takes on the disk",
    .usage = "",
    .examples = "",
    .takes = {},
    .make = make_command<StorageList>,
};

}  // namespace cli
