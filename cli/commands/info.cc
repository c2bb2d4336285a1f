#include "cli/command_table.h"
#include "cli/listing.h"

namespace cli {
namespace {

class Info : public Command {
 public:
  void declare(Options& options) override {
    options.add_text(format_, "format", 'f', "string", "Format: json, or a Go template");
  }

  int run(Context& context) override {
    print_document(context, context.personality.info, format_);
    return 0;
  }

 private:
  std::string format_;
};

}  // namespace

const CommandEntry info_command{
    .name = "info",
    .aliases = "system info",
    .group = "Commands",
    .summary = "Show what this host has and holds",
    .usage = "[OPTIONS]",
    .examples = "{program} info --format json",
    .takes = {},
    .make = make_command<Info>,
};

}  // namespace cli
