#include "base/text.h"
#include "cli/command_table.h"
#include "tests/cli/app_fixture.h"
#include "tests/cli/golden.h"

namespace cli {
namespace {

constexpr std::size_t limit = 1u << 20;
constexpr std::string_view generated = "<!-- From here on generated";

std::string block(const std::string& title, const std::string& text) {
  return "\n## " + title + "\n\n```\n" + text + "```\n";
}

// docs/cli.md: what people wrote, then every help text.
TEST_F(AppTest, TheDocumentationShowsEveryHelpText) {
  const std::string path = VXN_SOURCE_DIR "/docs/cli.md";
  const std::string document = base::try_read_file(path, limit).value_or("");
  const std::size_t start = document.find(generated);
  ASSERT_NE(start, std::string::npos);
  const std::size_t end_of_line = document.find('\n', start) + 1;
  std::string text = document.substr(0, end_of_line);
  text += block("vdkr", vdkr({"--help"}).out);
  for (const CommandEntry* command : command_table())
    text += block("vdkr " + std::string(command->name),
                  vdkr({std::string(command->name), "--help"}).out);
  expect_golden(path, text);
}

TEST_F(AppTest, HelpFitsEightyColumnsAndSpeaksOfItsProgram) {
  for (const CommandEntry* command : command_table()) {
    const Said said = vpdmn({std::string(command->name), "--help"});
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(said.out.find("vdkr"), std::string::npos) << said.out;
    EXPECT_EQ(said.out.find("{program}"), std::string::npos) << said.out;
    for (const std::string& line : base::split(said.out, '\n')) EXPECT_LE(line.size(), 80u) << line;
    EXPECT_EQ(vpdmn({"help", std::string(command->name)}).out, said.out);
  }
}

TEST_F(AppTest, TheManualPageHasEveryCommandAndOption) {
  for (const Personality& personality :
       {frontends::docker_personality("vdkr"), frontends::podman_personality("vpdmn")}) {
    const Said said = run(personality, {"help", "--man"});
    EXPECT_EQ(said.code, 0);
    EXPECT_TRUE(
        said.out.starts_with(personality.program == "vdkr" ? ".TH VDKR 1 " : ".TH VPDMN 1 "));
    for (const CommandEntry* entry : command_table()) {
      const std::string heading =
          ".SS " + std::string(personality.program) + " " + std::string(entry->name);
      EXPECT_NE(said.out.find(heading), std::string::npos) << heading;
    }
    for (const char* part : {"\\fB\\-\\-restart\\fR \\fIstring\\fR", "\\fB\\-e\\fR, ",
                             ".SH EXIT STATUS", ".SH FILES", ".SH SEE ALSO"})
      EXPECT_NE(said.out.find(part), std::string::npos) << part;
    // A line that begins with a dot is a request of ours; braces of templates are text.
    for (const std::string& line : base::split(said.out, '\n'))
      if (line.starts_with('.')) {
        EXPECT_TRUE(line.starts_with(".TH ") || line.starts_with(".SH ") ||
                    line.starts_with(".SS ") || line == ".PP" || line == ".TP" || line == ".EX" ||
                    line == ".EE")
            << line;
      }
  }
}

}  // namespace
}  // namespace cli
