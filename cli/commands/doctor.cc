#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command_table.h"
#include "cli/terminal.h"

namespace cli {
namespace {

class Doctor : public Command {
 public:
  void declare(Options&) override {}

  int run(Context& context) override {
    const std::vector<engine::HostReport> reports = context.engine().doctor();
    std::size_t width = 0;
    for (const engine::HostReport& report : reports) width = std::max(width, report.what.size());
    const Painter painter(context.out.fd());
    for (const engine::HostReport& report : reports) print(context.out, painter, report, width);
    const auto wrong = std::count_if(reports.begin(), reports.end(),
                                     [](const engine::HostReport& report) { return !report.ok; });
    return wrong == 0 ? 0 : 1;
  }

 private:
  static void print(Output& out, const Painter& painter, const engine::HostReport& report,
                    std::size_t width) {
    constexpr std::size_t longest = 500;
    const std::string mark =
        report.ok ? painter.paint(Colour::green, "ok   ") : painter.paint(Colour::red, "WRONG");
    out.line(fmt::format("{}  {:<{}}  {}", mark, report.what, width,
                         base::printable(report.found, longest)));
    if (!report.ok) out.line(fmt::format("{:7}{:<{}}  remedy: {}", "", "", width, report.remedy));
  }
};

}  // namespace

const CommandEntry doctor_command{
    .name = "doctor",
    .aliases = "system doctor",
    .group = "Commands",
    .summary = "Check what running containers needs, and name remedies",
    .usage = "",
    .takes = {},
    .make = make_command<Doctor>,
};

}  // namespace cli
