#include "oci-runtime/command_line.h"

#include <gtest/gtest.h>

namespace oci {
namespace {

std::string refusal(const std::vector<std::string>& words) {
  CommandLine line;
  try {
    parse_command_line(words, line);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::usage);
    return error.message();
  }
  return "taken";
}

TEST(OciCommandLine, AsEnginesWriteIt) {
  CommandLine line;
  parse_command_line({"--root", "/r", "--log", "/l", "--log-format", "json", "--systemd-cgroup",
                      "create", "--bundle", "/b", "--pid-file", "/p", "--no-pivot", "id"},
                     line);
  EXPECT_EQ(line.root, "/r");
  EXPECT_EQ(line.log.path, "/l");
  EXPECT_TRUE(line.log.json);
  EXPECT_TRUE(line.work);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"start", "id"},
                                             {"state", "id"},
                                             {"kill", "id"},
                                             {"kill", "--all", "id", "9"},
                                             {"delete", "--force", "id"},
                                             {"create", "--preserve-fds", "0", "id"}})
    EXPECT_EQ(refusal(words), "taken") << words[0];
}

TEST(OciCommandLine, WhatIsNoneIsRefused) {
  EXPECT_NE(refusal({"exec", "id"}).find("there is no command exec"), std::string::npos);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"create"},
                                             {"start", "a", "b"},
                                             {"--log-format", "xml", "state", "id"},
                                             {"--what", "state", "id"},
                                             {"create", "--preserve-fds", "1", "id"},
                                             {"create", "--what", "id"}})
    EXPECT_NE(refusal(words), "taken") << words[0];
}

TEST(OciCommandLine, HelpAndVersionArePages) {
  CommandLine line;
  parse_command_line({"--version"}, line);
  EXPECT_TRUE(line.page.starts_with("vxn-oci-runtime version "));
  parse_command_line({}, line);
  EXPECT_TRUE(line.page.starts_with("Usage: vxn-oci-runtime "));
  CommandLine other;
  parse_command_line({"kill", "--help"}, other);
  EXPECT_FALSE(other.page.empty());
  EXPECT_FALSE(other.work);
}

TEST(OciCommandLine, ALogEntryIsOneLine) {
  const std::string json = log_entry({.path = "l", .json = true}, "a \"b\"\nc");
  EXPECT_TRUE(json.starts_with(R"({"level":"error","msg":"a \"b\"\\nc","time":")")) << json;
  const std::string text = log_entry({.path = "l", .json = false}, "a\nb");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
}

}  // namespace
}  // namespace oci
