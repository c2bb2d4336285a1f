#include "cli/environment.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

class EnvironmentTest : public testing::Test {
 protected:
  EnvironmentTest() : directory_(testing::TempDir(), "environment") {
    ::setenv("OURS", "our value", 1);
    ::setenv("OUR_EMPTY", "", 1);
    ::unsetenv("NOBODYS");
  }

  std::string file(std::string_view content) {
    std::string path = directory_.path() + "/variables";
    base::replace_file(path, content);
    return path;
  }

  std::string refusal(std::string_view content) {
    try {
      resolve_environment({}, {file(content)});
    } catch (const base::Error& error) {
      return error.message();
    }
    return "";
  }

 private:
  base::TempDir directory_;
};

TEST_F(EnvironmentTest, ANameWithoutValueTakesOursOrIsLeftOut) {
  EXPECT_EQ(resolve_environment({"A=1", "B=", "OURS", "OUR_EMPTY", "NOBODYS", "C= x=y \n"}, {}),
            (Words{"A=1", "B=", "OURS=our value", "OUR_EMPTY=", "C= x=y \n"}));
}

TEST_F(EnvironmentTest, FilesAreReadAsDockerReadsThem) {
  const std::string path = file(
      "\xef\xbb\xbf"
      "# a comment\n"
      "\n"
      "   \t\n"
      "A=1\n"
      "  B=two words # no comment\n"
      "C=\"quotes stay\"\n"
      "D=trailing blanks  \r\n"
      "OURS\n"
      "NOBODYS\n"
      "E==\n"
      "\t# an indented comment\n"
      "F=last");
  EXPECT_EQ(resolve_environment({"A=2"}, {path}),
            (Words{"A=1", "B=two words # no comment", "C=\"quotes stay\"", "D=trailing blanks  ",
                   "OURS=our value", "E==", "F=last", "A=2"}));
}

TEST_F(EnvironmentTest, LinesThatAreNoVariablesAreRefused) {
  EXPECT_TRUE(refusal("A=1\n=x\n").ends_with("no variable name on line '=x'"));
  EXPECT_TRUE(refusal("A B=1\n").ends_with("variable 'A B' contains whitespaces"));
  EXPECT_TRUE(refusal("OURS \n").ends_with("variable 'OURS ' contains whitespaces"));
}

TEST_F(EnvironmentTest, AnAbsentFileIsNamed) {
  try {
    resolve_environment({}, {"/nonexistent/variables"});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_NE(error.message().find("/nonexistent/variables"), std::string::npos);
  }
}

TEST_F(EnvironmentTest, VariablesWithoutNameAreRefused) {
  EXPECT_EQ(refused_variable("=x"), "invalid environment variable: =x");
  EXPECT_EQ(refused_variable(""), "invalid environment variable: ");
  EXPECT_EQ(refused_variable("A"), std::nullopt);
  EXPECT_EQ(refused_variable("A=1"), std::nullopt);
}

}  // namespace
}  // namespace cli
