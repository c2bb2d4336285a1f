#include "cli/options.h"

#include <gtest/gtest.h>

namespace cli {
namespace {

using Words = std::vector<std::string>;

struct Target {
  bool remove = false;
  bool interactive = false;
  std::string name;
  Words env;
};

struct Parsed {
  Target target;
  ParsedOptions result;
};

Parsed parse(const Words& words, bool interspersed = false) {
  Parsed parsed;
  Options options;
  options.add_switch(parsed.target.remove, "rm", 0, "");
  options.add_switch(parsed.target.interactive, "interactive", 'i', "");
  options.add_text(parsed.target.name, "name", 'n', "string", "");
  options.add_list(parsed.target.env, "env", 'e', "list", "");
  options.add({.name = "old", .letter = 'o', .type = "x", .refused = "no longer"});
  parsed.result = options.parse(words, interspersed);
  return parsed;
}

struct Accepted {
  Words words;
  bool remove;
  bool interactive;
  std::string name;
  Words env;
  Words arguments;
};

TEST(OptionsTest, EveryWayToSayAnOptionIsUnderstood) {
  const std::vector<Accepted> cases = {
      {{"--rm", "img"}, true, false, "", {}, {"img"}},
      {{"--rm=false", "img"}, false, false, "", {}, {"img"}},
      {{"--rm=T", "img"}, true, false, "", {}, {"img"}},
      {{"--name", "x", "img"}, false, false, "x", {}, {"img"}},
      {{"--name=x", "img"}, false, false, "x", {}, {"img"}},
      {{"--name=", "img"}, false, false, "", {}, {"img"}},
      {{"--name", "--rm", "img"}, false, false, "--rm", {}, {"img"}},
      {{"-n", "x", "img"}, false, false, "x", {}, {"img"}},
      {{"-nx", "img"}, false, false, "x", {}, {"img"}},
      {{"-n=x", "img"}, false, false, "x", {}, {"img"}},
      {{"-inx", "img"}, false, true, "x", {}, {"img"}},
      {{"-in", "x", "img"}, false, true, "x", {}, {"img"}},
      {{"-i=false", "img"}, false, false, "", {}, {"img"}},
      {{"-e", "A=1", "-eB=2", "--env=C=3", "img"},
       false,
       false,
       "",
       {"A=1", "B=2", "C=3"},
       {"img"}},
      {{"-e", "", "img"}, false, false, "", {""}, {"img"}},
      {{"--", "-i", "img"}, false, false, "", {}, {"-i", "img"}},
      {{"-", "-i"}, false, false, "", {}, {"-", "-i"}},
      {{"", "-i"}, false, false, "", {}, {"", "-i"}},
      {{"img", "--rm", "-i", "--", "--help"},
       false,
       false,
       "",
       {},
       {"img", "--rm", "-i", "--", "--help"}},
  };
  for (const Accepted& expected : cases) {
    const Parsed parsed = parse(expected.words);
    SCOPED_TRACE(testing::PrintToString(expected.words));
    EXPECT_EQ(parsed.result.refusal, std::nullopt);
    EXPECT_FALSE(parsed.result.help);
    EXPECT_EQ(parsed.target.remove, expected.remove);
    EXPECT_EQ(parsed.target.interactive, expected.interactive);
    EXPECT_EQ(parsed.target.name, expected.name);
    EXPECT_EQ(parsed.target.env, expected.env);
    EXPECT_EQ(parsed.result.arguments, expected.arguments);
  }
}

TEST(OptionsTest, InterspersedOptionsMayFollowArguments) {
  const Parsed parsed = parse({"a", "--rm", "b", "--", "-i"}, true);
  EXPECT_TRUE(parsed.target.remove);
  EXPECT_FALSE(parsed.target.interactive);
  EXPECT_EQ(parsed.result.arguments, (Words{"a", "b", "-i"}));
}

struct Refused {
  Words words;
  std::string why;
};

TEST(OptionsTest, RefusalsAreWordedAsDockerWordsThem) {
  const std::vector<Refused> cases = {
      {{"--foo"}, "unknown flag: --foo"},
      {{"--foo=bar", "x"}, "unknown flag: --foo"},
      {{"-it", "img"}, "unknown shorthand flag: 't' in -t"},
      {{"-tin"}, "unknown shorthand flag: 't' in -tin"},
      {{"-=x"}, "unknown shorthand flag: '=' in -=x"},
      {{"-n"}, "flag needs an argument: 'n' in -n"},
      {{"-in"}, "flag needs an argument: 'n' in -n"},
      {{"--name"}, "flag needs an argument: --name"},
      {{"--=x"}, "bad flag syntax: --=x"},
      {{"---x"}, "bad flag syntax: ---x"},
      {{"--rm=maybe"},
       "invalid argument \"maybe\" for \"--rm\" flag: strconv.ParseBool: parsing \"maybe\": "
       "invalid syntax"},
      {{"-i=x"},
       "invalid argument \"x\" for \"-i, --interactive\" flag: strconv.ParseBool: parsing \"x\": "
       "invalid syntax"},
      {{"--old", "x"}, "--old: no longer"},
      {{"-ox"}, "--old: no longer"},
      {{"--\x1b[31m"}, "unknown flag: --\\x1b[31m"},
  };
  for (const Refused& expected : cases)
    EXPECT_EQ(parse(expected.words).result.refusal, expected.why);
}

TEST(OptionsTest, HelpIsAnOptionOfEveryCommand) {
  EXPECT_TRUE(parse({"--help"}).result.help);
  EXPECT_TRUE(parse({"--rm", "-h", "img"}).result.help);
  EXPECT_FALSE(parse({"img", "--help"}).result.help);
  EXPECT_FALSE(parse({"-n", "--help"}).result.help);
}

TEST(OptionsTest, TheLetterHBelongsToTheCommandThatTakesIt) {
  std::string hostname;
  Options options;
  options.add_text(hostname, "hostname", 'h', "string", "");
  EXPECT_FALSE(options.parse({"-h", "box"}, false).help);
  EXPECT_EQ(hostname, "box");
}

}  // namespace
}  // namespace cli
