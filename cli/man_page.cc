#include "cli/man_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "base/text.h"
#include "cli/command_table.h"
#include "cli/help_page.h"
#include "cli/wording.h"

namespace cli {
namespace {

// Text as it is shown: neither escapes nor requests, and hyphens that can be copied.
std::string plain(std::string_view text) {
  constexpr std::string_view ellipsis = "…";  // troff reads ASCII
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    if (text.substr(at).starts_with(ellipsis)) {
      out += "...";
      at += ellipsis.size() - 1;
      continue;
    }
    if (byte == '\\')
      out += "\\e";
    else if (byte == '-')
      out += "\\-";
    else
      out += byte;
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }

class Page {
 public:
  explicit Page(const Personality& personality) : personality_(personality) {}

  void section(std::string_view name) { text_ += fmt::format(".SH {}\n", name); }

  void paragraph(std::string_view text) {
    text_ += ".PP\n" + plain(fill(text, {{"program", personality_.program}})) + "\n";
  }

  void item(const std::string& left, std::string_view right) {
    text_ += ".TP\n" + left + "\n" + plain(fill(right, {{"program", personality_.program}})) + "\n";
  }

  void options(const Options& options) {
    std::vector<const Option*> shown;
    for (const Option& option : options.all())
      if (!option.hidden) shown.push_back(&option);
    std::sort(shown.begin(), shown.end(),
              [](const Option* a, const Option* b) { return a->name < b->name; });
    for (const Option* option : shown) {
      std::string left = option->letter ? bold(fmt::format("-{}", option->letter)) + ", " : "";
      left += bold(fmt::format("--{}", option->name));
      if (!option->is_switch()) left += " \\fI" + plain(option->type) + "\\fR";
      item(left, option->meaning);
    }
  }

  void command(const CommandEntry& entry) {
    const std::unique_ptr<Command> verb = entry.make();
    text_ += ".SS " + plain(usage_line(personality_, entry, entry.name)) + "\n";
    paragraph(std::string(entry.summary) + ".");
    if (!entry.aliases.empty()) {
      std::vector<std::string> ways = base::split(entry.aliases, ',');
      paragraph("Also: " + base::join(ways, ", ") + ".");
    }
    options(options_of(personality_, entry, *verb));
    if (entry.examples.empty()) return;
    text_ += ".PP\n.EX\n";
    for (const std::string& line : base::split(entry.examples, '\n'))
      text_ += plain(fill(line, {{"program", personality_.program}})) + "\n";
    text_ += ".EE\n";
  }

  void raw(std::string_view text) { text_ += text; }
  std::string text() && { return std::move(text_); }

 private:
  const Personality& personality_;
  std::string text_;
};

void tell_statuses(Page& page, const Personality& personality) {
  page.section("EXIT STATUS");
  page.item("0", "All went well.");
  page.item(fmt::format("{}", personality.exit_codes.failure), "What was asked for was not done.");
  page.item("125", "run: what was done for the container failed; or an option was refused.");
  page.item("126, 127", "run, exec: the command cannot be executed; it is not there.");
  page.item("other", "run, exec, start -a: the command's own; 128 and the signal that ended it.");
}

void tell_files(Page& page, const Personality& personality) {
  page.section("FILES");
  page.item("/etc/vxn/vxn.conf", "Settings of the host: KEY=VALUE.");
  page.item(fmt::format("~/.config/{}/config", personality.program), "Settings of the user.");
  page.item("/var/lib/vxn", "Images, containers and guest kernels.");
  page.item("/run/vxn", "Locks and sockets of what runs.");
}

}  // namespace

std::string man_page(const Personality& personality, const Options& globals) {
  Page page(personality);
  std::string title(personality.program);
  std::transform(title.begin(), title.end(), title.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  page.raw(fmt::format(".TH {} 1 \"\" \"vxn {}\"\n", title, VXN_VERSION));
  page.section("NAME");
  page.raw(fmt::format("{} \\- {}\n", personality.program, plain(personality.summary)));
  page.section("SYNOPSIS");
  page.raw(fmt::format("{} [OPTIONS] COMMAND [ARG...]\n", bold(personality.program)));
  page.section("OPTIONS");
  page.options(globals);
  page.section("COMMANDS");
  for (const CommandEntry* entry : command_table()) page.command(*entry);
  tell_statuses(page, personality);
  tell_files(page, personality);
  page.section("SEE ALSO");
  page.raw("vxn(1), vdkr(1), vpdmn(1), xl(1), systemd(1)\n");
  return std::move(page).text();
}

}  // namespace cli
