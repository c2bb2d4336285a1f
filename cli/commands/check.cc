// `system check`: whether the images' store is as it should be.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command_table.h"

namespace cli {
namespace {

using Findings = std::vector<image::Finding>;

class Check : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(request_.force, "force", 'f',
                       "Repair, and remove stopped containers of images that are beyond it");
    options.add_switch(request_.quick, "quick", 'q',
                       "Look at names and sizes only: no blob is read, no disk made again");
    options.add_switch(request_.repair, "repair", 'r',
                       "Make damaged disks and records again, remove what cannot be mended");
  }

  int run(Context& context) override {
    request_.repair = request_.repair || request_.force;
    base::NoProgress silent;
    const Findings findings = context.engine().check_images(request_, silent);
    for (const image::Finding& finding : findings) tell(context, finding);
    if (!is_damaged(findings)) return 0;
    if (!request_.repair) return 1;
    const bool left = std::any_of(
        findings.begin(), findings.end(),
        [](const image::Finding& finding) { return finding.damage && finding.outcome.empty(); });
    return left || is_damaged(context.engine().check_images({.quick = true}, silent)) ? 1 : 0;
  }

 private:
  static bool is_damaged(const Findings& findings) {
    return std::any_of(findings.begin(), findings.end(),
                       [](const image::Finding& finding) { return finding.damage; });
  }

  static void tell(Context& context, const image::Finding& finding) {
    constexpr std::size_t longest = 4096;
    std::string line = fmt::format("{}: {}", finding.what, finding.problem);
    if (!finding.outcome.empty()) line += "; " + finding.outcome;
    context.out.line(base::printable(line, longest));
  }

  engine::CheckRequest request_;
};

}  // namespace

const CommandEntry check_command{
    .name = "system check",
    .aliases = "",
    .group = "",
    .summary = "Verify images, their disks and records; exits with 1 where there is damage",
    .usage = "[OPTIONS]",
    .examples =
        "{program} system check\n"
        "{program} system check --repair",
    .takes = {},
    .interruptible = true,
    .make = make_command<Check>,
};

}  // namespace cli
