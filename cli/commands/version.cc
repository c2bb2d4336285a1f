#include "cli/command_table.h"
#include "cli/listing.h"
#include "cli/refused_options.h"

namespace cli {
namespace {

class Version : public Command {
 public:
  void declare(Options& options) override {
    options.add_text(format_, "format", 'f', "string", "Format: json, or a Go template");
    refuse_option(options, "kubeconfig", 0, "kubectl has its own");
  }

  int run(Context& context) override {
    print_document(context, context.personality.version, format_);
    return 0;
  }

 private:
  std::string format_;
};

}  // namespace

const CommandEntry version_command{
    .name = "version",
    .group = "Commands",
    .summary = "Show the versions of {program}, of Xen and of the guest kernel",
    .usage = "[OPTIONS]",
    .examples = "{program} version --format '{{.Client.Version}}'",
    .takes = {},
    .make = make_command<Version>,
};

}  // namespace cli
