// tests/flags.tsv, row by row: what docker and podman document works here, or is refused with the
// reason; and docs/flags.md says so.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "cli/command_table.h"
#include "tests/cli/app_fixture.h"
#include "tests/cli/golden.h"

namespace cli {
namespace {

const std::string source(VXN_SOURCE_DIR);

struct Row {
  std::string tool;
  std::string command;
  std::string option;
  char letter = 0;
  std::string verdict;

  std::string text() const { return tool + " " + command + " --" + option; }
};

std::vector<Row> rows() {
  constexpr std::size_t limit = 1u << 20;
  std::vector<Row> all;
  for (const std::string& line :
       base::split(base::read_file(source + "/tests/flags.tsv", limit), '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> cells = base::split(line, '\t');
    all.push_back({cells.at(0), cells.at(1), cells.at(2), cells.at(3) == "-" ? '\0' : cells[3][0],
                   cells.at(4)});
  }
  return all;
}

Personality personality_of(const std::string& tool) {
  return tool == "docker" ? frontends::docker_personality("vdkr")
                          : frontends::podman_personality("vpdmn");
}

// The options of a row's command, with the command that they bind to.
class Declared {
 public:
  explicit Declared(const Row& row) : personality_(personality_of(row.tool)) {
    const std::vector<std::string> words = base::split(row.command, ' ');
    const CommandEntry* entry = find_command(words).command;
    command_ = entry->make();
    options_ = options_of(personality_, *entry, *command_);
  }

  const Option* find(std::string_view name) const {
    const auto found = std::find_if(options_.all().begin(), options_.all().end(),
                                    [&](const Option& option) { return option.name == name; });
    return found == options_.all().end() ? nullptr : &*found;
  }

 private:
  Personality personality_;
  std::unique_ptr<Command> command_;
  Options options_;
};

// Why a value that no option takes is not taken.
std::string refusal(const Option& option) {
  if (!option.refused.empty()) return std::string(option.refused);
  return option.set("no such value").value_or("");
}

class FlagsTest : public AppTest {};

TEST_F(FlagsTest, EachIsAsTheTableSays) {
  const std::vector<Row> all = rows();
  EXPECT_GT(all.size(), 600u);
  for (const Row& row : all) {
    const Declared declared(row);
    const Option* option = declared.find(row.option);
    ASSERT_NE(option, nullptr) << row.text();
    if (row.letter != 0) {
      EXPECT_EQ(option->letter, row.letter) << row.text();
    }
    constexpr std::string_view only = "only=";
    if (row.verdict == "works") {
      EXPECT_EQ(option->refused, "") << row.text();
    } else if (row.verdict.starts_with(only)) {
      EXPECT_EQ(option->set(row.verdict.substr(only.size())), std::nullopt) << row.text();
      EXPECT_NE(refusal(*option), "") << row.text();
    } else {
      EXPECT_NE(option->refused, "") << row.text();
    }
  }
}

TEST_F(FlagsTest, LettersBelongToOneOptionEach) {
  for (const char* tool : {"docker", "podman"})
    for (const CommandEntry* entry : command_table()) {
      const std::unique_ptr<Command> command = entry->make();
      const Options options = options_of(personality_of(tool), *entry, *command);
      std::map<char, std::string_view> holders;
      for (const Option& option : options.all())
        if (option.letter != 0) {
          EXPECT_TRUE(holders.emplace(option.letter, option.name).second)
              << tool << " " << entry->name << " -" << option.letter << ": "
              << holders[option.letter] << " and " << option.name;
        }
    }
}

// One command of one tool, as a table row.
struct Summary {
  std::vector<std::string> works;
  std::vector<std::string> refused;
};

TEST_F(FlagsTest, TheDocumentationSaysSo) {
  std::map<std::string, std::map<std::string, Summary>> tools;
  for (const Row& row : rows()) {
    const Declared declared(row);
    const Option* option = declared.find(row.option);
    ASSERT_NE(option, nullptr) << row.text();
    Summary& summary = tools[row.tool][row.command];
    const std::string name = "`--" + row.option + "`";
    if (row.verdict == "works")
      summary.works.push_back(name);
    else if (row.verdict == "refused")
      summary.refused.push_back(name + ": " + refusal(*option));
    else
      summary.refused.push_back(name + " but for `" + row.verdict.substr(5) +
                                "`: " + refusal(*option));
  }
  std::string text =
      "# Options of docker and podman\n\n"
      "What docker 20.10 and podman 4.3 document for the commands that there are: what works as\n"
      "there, and what is refused, with the reason that is given. Made of tests/flags.tsv.\n";
  for (const auto& [tool, commands] : tools) {
    text += "\n## " +
            std::string(tool == "docker" ? "vdkr and vxn, as docker" : "vpdmn, as podman") + "\n";
    for (const auto& [command, summary] : commands) {
      text += "\n### " + command + "\n\n";
      if (!summary.works.empty()) text += "Works: " + base::join(summary.works, ", ") + ".\n";
      if (!summary.refused.empty()) text += "\n- " + base::join(summary.refused, "\n- ") + "\n";
    }
  }
  expect_golden(source + "/docs/flags.md", text);
}

}  // namespace
}  // namespace cli
