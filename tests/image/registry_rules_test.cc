#include "image/registry_rules.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace image {
namespace {

RegistryRules rules_with(std::vector<RegistryRule> list) {
  RegistryRules rules;
  for (RegistryRule& rule : list) rules.add(std::move(rule));
  return rules;
}

// "NAME NAME! …", the insecure ones marked.
std::string sources_of(const RegistryRules& rules, const std::string& name) {
  std::string text;
  for (const PullSource& source : rules.sources(Reference::parse_canonical(name)))
    text += (text.empty() ? "" : " ") + source.name.canonical() + (source.insecure ? "!" : "");
  return text;
}

TEST(RegistryRules, ANameWithoutRuleIsAskedForWhereItSays) {
  EXPECT_EQ(sources_of({}, "a.test/app:1"), "a.test/app:1");
}

TEST(RegistryRules, ALocationTakesThePlaceOfThePrefix) {
  const std::string digest = "@sha256:" + std::string(64, 'a');
  const RegistryRules rules = rules_with({{.prefix = "a.test/foo", .location = "b.test:5000/bar"},
                                          {.prefix = "c.test", .location = "d.test/all/of/it"},
                                          {.prefix = "e.test/app:1", .location = "f.test/x:2"}});
  struct Case {
    std::string name, expected;
  };
  for (const Case& c : std::vector<Case>{{"a.test/foo/app:1", "b.test:5000/bar/app:1"},
                                         {"a.test/foo:1", "b.test:5000/bar:1"},
                                         {"a.test/foo" + digest, "b.test:5000/bar" + digest},
                                         {"a.test/food:1", "a.test/food:1"},
                                         {"a.test/other:1", "a.test/other:1"},
                                         {"c.test/x/y:1", "d.test/all/of/it/x/y:1"},
                                         {"c.test:5000/x:1", "c.test:5000/x:1"},
                                         {"e.test/app:1", "f.test/x:2"},
                                         {"e.test/app:12", "e.test/app:12"}})
    EXPECT_EQ(sources_of(rules, c.name), c.expected);
}

TEST(RegistryRules, OnlyTheLongestPrefixCounts) {
  const RegistryRules rules = rules_with({{.location = "a.test", .insecure = true},
                                          {.location = "a.test/team", .blocked = true},
                                          {.prefix = "a.test/team/app", .location = "b.test/app"}});
  EXPECT_EQ(sources_of(rules, "a.test/x:1"), "a.test/x:1!");
  EXPECT_EQ(sources_of(rules, "a.test/team/app:1"), "b.test/app:1");
  try {
    sources_of(rules, "a.test/team/other:1");
    FAIL() << "was not blocked";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::denied);
    EXPECT_EQ(error.message(),
              "registry a.test/team is blocked in registries.conf or registries.conf.d");
  }
}

TEST(RegistryRules, MirrorsAreAskedFirst) {
  const RegistryRules rules =
      rules_with({{.location = "docker.io",
                   .mirrors = {{.location = "m1.test:5000", .insecure = true},
                               {.location = "m2.test/hub", .for_tags = false},
                               {.location = "m3.test", .for_digests = false}}}});
  const std::string digest = "@sha256:" + std::string(64, 'a');
  EXPECT_EQ(sources_of(rules, "docker.io/library/app:1"),
            "m1.test:5000/library/app:1! m3.test/library/app:1 docker.io/library/app:1");
  EXPECT_EQ(sources_of(rules, "docker.io/library/app" + digest),
            "m1.test:5000/library/app" + digest + "! m2.test/hub/library/app" + digest +
                " docker.io/library/app" + digest);
}

TEST(RegistryRules, AWildcardStandsForDomainsBelowIt) {
  const RegistryRules rules = rules_with(
      {{.prefix = "*.a.test", .insecure = true}, {.prefix = "*.b.test", .location = "c.test/b"}});
  EXPECT_EQ(sources_of(rules, "x.a.test/app:1"), "x.a.test/app:1!");
  EXPECT_EQ(sources_of(rules, "x.y.a.test:5000/app:1"), "x.y.a.test:5000/app:1!");
  EXPECT_EQ(sources_of(rules, "a.test/app:1"), "a.test/app:1");
  EXPECT_EQ(sources_of(rules, "xa.test/app:1"), "xa.test/app:1");
  EXPECT_EQ(sources_of(rules, "x.b.test:1/app:1"), "c.test/b/app:1");
}

TEST(RegistryRules, ALaterRuleTakesThePlaceOfAnEarlierOne) {
  const RegistryRules rules = rules_with(
      {{.location = "a.test", .blocked = true}, {.prefix = "a.test", .location = "b.test"}});
  EXPECT_EQ(sources_of(rules, "a.test/app:1"), "b.test/app:1");
}

TEST(RegistryRules, WhatNoNameCanHaveIsRefused) {
  for (const RegistryRule& rule :
       std::vector<RegistryRule>{{},
                                 {.prefix = "a.test"},
                                 {.location = "https://a.test"},
                                 {.location = "a test"},
                                 {.location = "a.test", .mirrors = {{.location = ""}}},
                                 {.location = "a.test", .mirrors = {{.location = "Bad/Path"}}}}) {
    RegistryRules rules;
    EXPECT_THROW(rules.add(rule), base::Error) << rule.prefix << " " << rule.location;
  }
}

}  // namespace
}  // namespace image
