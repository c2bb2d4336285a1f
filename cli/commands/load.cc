#include <fcntl.h>

#include "base/error.h"
#include "base/fd.h"
#include "cli/command_table.h"
#include "cli/terminal.h"
#include "cli/transfer.h"

namespace cli {
namespace {

class Load : public Command {
 public:
  void declare(Options& options) override {
    options.add_text(input_, "input", 'i', "string", "File to read, instead of standard input");
    options.add_switch(quiet_, "quiet", 'q', "Show no progress");
    options.add_text(platform_, "platform", 0, "string",
                     "Platform to take of images for several: OS/ARCH[/VARIANT]");
  }

  int run(Context& context) override {
    base::UniqueFd file;
    if (!input_.empty()) file = base::open_file(input_, O_RDONLY);
    const int archive = file ? file.get() : context.world.input;
    if (!file && is_terminal(archive))
      throw base::Error(std::string(context.personality.transfer.load_from_terminal));
    const auto progress = transfer_progress(context, quiet_);
    for (const image::Loaded& loaded : context.engine().load(archive, platform_, *progress))
      tell_loaded(context, loaded);
    return 0;
  }

 private:
  std::string input_;
  std::string platform_;
  bool quiet_ = false;
};

}  // namespace

const CommandEntry load_command{
    .name = "load",
    .aliases = "image load",
    .group = "Commands",
    .summary = "Load images from an archive of docker's, podman's or an OCI image layout",
    .usage = "[OPTIONS]",
    .examples =
        "{program} load -i alpine.tar\n"
        "podman save IMAGE | {program} load",
    .takes = {.least = 0, .most = 0},
    .interruptible = true,
    .make = make_command<Load>,
};

}  // namespace cli
