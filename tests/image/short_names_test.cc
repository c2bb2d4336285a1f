#include "image/short_names.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace image {
namespace {

std::string joined(const std::vector<Reference>& names) {
  std::string text;
  for (const Reference& name : names) text += (text.empty() ? "" : " ") + name.canonical();
  return text;
}

std::string to_pull(const ShortNames& names, const std::string& typed) {
  std::vector<Reference> found;
  for (const NameCandidate& candidate : names.to_pull(typed)) found.push_back(candidate.name);
  return joined(found);
}

ShortNames podmans() {
  return {.defaults = {.local = "localhost"},
          .search = {"a.test", "docker.io", "b.test/team"},
          .guessing = true,
          .aliases = {{"busybox", {.name = "c.test/tools/busybox", .file = "/aliases.conf"}}}};
}

TEST(ShortNames, DockersStandForOneRegistry) {
  const ShortNames names;
  EXPECT_EQ(to_pull(names, "app"), "docker.io/library/app");
  EXPECT_EQ(to_pull(names, "me/app:1"), "docker.io/me/app:1");
  EXPECT_EQ(to_pull(names, "a.test/app"), "a.test/app");
  EXPECT_EQ(joined(names.to_find("app:2")), "docker.io/library/app:2");
  EXPECT_EQ(names.to_make("app").canonical(), "docker.io/library/app");
}

TEST(ShortNames, AnAliasIsTakenBeforeAnySearch) {
  const std::vector<NameCandidate> found = podmans().to_pull("busybox:1.36");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name.canonical(), "c.test/tools/busybox:1.36");
  EXPECT_EQ(found[0].alias_file, "/aliases.conf");
  const std::string digest = "@sha256:" + std::string(64, 'a');
  EXPECT_EQ(to_pull(podmans(), "busybox" + digest), "c.test/tools/busybox" + digest);
  EXPECT_EQ(to_pull(podmans(), "x/busybox"),
            "a.test/x/busybox docker.io/x/busybox b.test/team/x/busybox");
}

TEST(ShortNames, OthersAreSearchedForInOrder) {
  EXPECT_EQ(to_pull(podmans(), "app:1"), "a.test/app:1 docker.io/library/app:1 b.test/team/app:1");
  EXPECT_EQ(to_pull(podmans(), "d.test/app:1"), "d.test/app:1");
}

TEST(ShortNames, WhatIsHereMayBeOurs) {
  EXPECT_EQ(joined(podmans().to_find("busybox")),
            "localhost/busybox c.test/tools/busybox a.test/busybox docker.io/library/busybox "
            "b.test/team/busybox");
  EXPECT_EQ(podmans().to_make("app:1").canonical(), "localhost/app:1");
  EXPECT_EQ(podmans().to_make("a.test/app").canonical(), "a.test/app");
}

std::string refusal(const ShortNames& names) {
  try {
    names.to_pull("app");
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::usage);
    return error.message();
  }
  return "";
}

TEST(ShortNames, NothingToSearchOrTooMuchToGuessIsRefused) {
  ShortNames names = podmans();
  names.guessing = false;
  EXPECT_EQ(refusal(names),
            "short-name \"app\" may be of several registries (a.test, docker.io, b.test/team): "
            "name one of them (short-name-mode is enforcing)");
  names.search = {"a.test"};
  EXPECT_EQ(to_pull(names, "app"), "a.test/app") << "one is no guess";
  names.search.clear();
  EXPECT_EQ(refusal(names),
            "short-name \"app\" did not resolve to an alias and no unqualified-search registries "
            "are defined in registries.conf");
}

TEST(ShortNames, TheTagThatAnImageHasIsChosen) {
  const std::vector<Reference> tags{Reference::parse("localhost/app:latest"),
                                    Reference::parse("a.test/app:2")};
  EXPECT_EQ(chosen_tag(podmans().to_find("app"), tags).canonical(), "localhost/app:latest");
  EXPECT_EQ(chosen_tag(podmans().to_find("app:2"), tags).canonical(), "a.test/app:2");
  EXPECT_EQ(chosen_tag(podmans().to_find("none"), tags).canonical(), "localhost/none:latest");
}

}  // namespace
}  // namespace image
