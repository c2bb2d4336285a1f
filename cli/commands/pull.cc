#include "base/error.h"
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
    options.add_switch(request_.all_platforms, "all-platforms", 0,
                       "Fetch an image for all its platforms, to be pushed as it came");
    refuse_option(options, "all-tags", 'a', "each tag is pulled by its own name");
  }

  int run(Context& context) override {
    request_.image = context.arguments.front();
    request_.platform = pull_options_.platform();
    if (request_.all_platforms && !request_.platform.empty())
      throw base::Error(base::ErrorKind::usage,
                        "Conflicting options: --platform and --all-platforms");
    request_.access = pull_options_.access();
    const image::Reference typed = image::Reference::parse(request_.image, context.names());
    const PullStyle& style = context.personality.pull;
    request_.trying = [this](const image::NameCandidate& candidate) { name_ = candidate.name; };
    const image::Pulled pulled =
        quiet_ ? pull_silently(context) : pull_visibly(context, style, typed);
    context.out.line(style.result(pulled, *name_));
    return 0;
  }

 private:
  image::Pulled pull_silently(Context& context) const {
    base::NoProgress silence;
    return context.engine().pull(request_, silence);
  }

  image::Pulled pull_visibly(Context& context, const PullStyle& style,
                             const image::Reference& typed) {
    Output& output = style.progress_on_output ? context.out : context.err;
    if (!typed.tag() && !typed.digest() && !style.untagged.empty()) output.line(style.untagged);
    output.flush();
    request_.trying = [note = request_.trying,
                       announce = announce_names(output, style, request_.image)](
                          const image::NameCandidate& candidate) {
      note(candidate);
      announce(candidate);
    };
    const auto progress = make_progress(output, style);
    image::Pulled pulled = context.engine().pull(request_, *progress);
    output.write(style.epilogue(pulled, *name_, context.names()));
    output.flush();
    return pulled;
  }

  PullOptions pull_options_;
  engine::PullRequest request_;
  std::optional<image::Reference> name_;  // what the short one stood for
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
