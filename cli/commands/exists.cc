#include "base/error.h"
#include "cli/command_table.h"

namespace cli {
namespace {

// Whether there is such an image or container, by the exit status alone.
class ImageExists : public Command {
 public:
  void declare(Options&) override {}

  int run(Context& context) override {
    return context.engine().image(context.arguments.front()) ? 0 : 1;
  }
};

class ContainerExists : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(external_, "external", 0, "").hidden = true;  // all are ours
  }

  int run(Context& context) override {
    try {
      context.engine().container(context.arguments.front());
      return 0;
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::not_found) throw;
      return 1;
    }
  }

 private:
  bool external_ = false;
};

}  // namespace

const CommandEntry image_exists_command{
    .name = "image exists",
    .aliases = "",
    .group = "",
    .summary = "Tell by the exit status whether there is such an image",
    .usage = "IMAGE",
    .examples = "{program} image exists alpine || {program} pull alpine",
    .takes = {.least = 1, .most = 1},
    .make = make_command<ImageExists>,
};

const CommandEntry container_exists_command{
    .name = "container exists",
    .aliases = "",
    .group = "",
    .summary = "Tell by the exit status whether there is such a container",
    .usage = "CONTAINER",
    .examples = "{program} container exists web || {program} create --name web alpine",
    .takes = {.least = 1, .most = 1},
    .make = make_command<ContainerExists>,
};

}  // namespace cli
