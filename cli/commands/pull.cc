#include "cli/command_table.h"
#include "cli/progress_view.h"
#include "cli/pull_options.h"
#include "cli/refused_options.h"
#include "cli/wording.h"
#include "image/reference.h"

namespace cli {
namespace {

class Pull : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(quiet_, "quiet", 'q', "Show nothing but what was pulled");
    pull_options_.declare(options);
    refuse_option(options, "all-tags", 'a', "each tag is pulled by its own name");
  }

  int run(Context& context) override {
    request_.image = context.arguments.front();
    request_.platform = pull_options_.platform();
    request_.access = pull_options_.access();
    const image::Reference typed = image::Reference::parse(request_.image, context.names());
    const image::Reference name = typed.with_default_tag();
    const PullStyle& style = context.personality.pull;
    const image::Pulled pulled =
        quiet_ ? pull_silently(context) : pull_visibly(context, style, typed, name);
    context.out.line(style.result(pulled, name));
    return 0;
  }

 private:
  image::Pulled pull_silently(Context& context) const {
    base::NoProgress silence;
    return context.engine().pull(request_, silence);
  }

  image::Pulled pull_visibly(Context& context, const PullStyle& style,
                             const image::Reference& typed, const image::Reference& name) const {
    Output& output = style.progress_on_output ? context.out : context.err;
    if (!typed.tag() && !typed.digest() && !style.untagged.empty()) output.line(style.untagged);
    if (!style.start.empty()) output.line(fill(style.start, {{"reference", name.canonical()}}));
    output.flush();
    const auto progress = make_progress(output, style);
    image::Pulled pulled = context.engine().pull(request_, *progress);
    output.write(style.epilogue(pulled, name, context.names()));
    output.flush();
    return pulled;
  }

  PullOptions pull_options_;
  engine::PullRequest request_;
  bool quiet_ = false;
};

}  // namespace

const CommandEntry pull_command{
    .name = "pull",
    .aliases = "image pull",
    .group = "Common Commands",
    .summary = "Download an image from a registry",
    .usage = "[OPTIONS] NAME[:TAG|@DIGEST]",
    .examples =
        "{program} pull alpine:3.20\n"
        "{program} pull --platform linux/arm64 registry.example.org:5000/tools",
    .takes = {.least = 1, .most = 1},
    .interruptible = true,
    .make = make_command<Pull>,
};

}  // namespace cli
