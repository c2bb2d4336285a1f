#include "engine/registries.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace engine {
namespace {

using Words = std::vector<std::string>;

class RegistriesTest : public testing::Test {
 protected:
  base::TempDir place_{testing::TempDir(), "registries"};

  std::string write(const std::string& name, std::string_view text) {
    base::make_directories(place_.path() + "/drop");
    base::replace_file(place_.path() + "/" + name, text);
    return place_.path() + "/" + name;
  }
  Registries podmans(std::string_view text) {
    return load_registries({.containers = {place_.path() + "/absent", write("main.conf", text)},
                            .directories = {place_.path() + "/drop"}},
                           {.local = "localhost"}, "");
  }
  Registries dockers(std::string_view text) {
    return load_registries({.docker = write("daemon.json", text)}, {}, "");
  }
  static Words sources(const Registries& registries, const std::string& name) {
    Words words;
    for (const image::PullSource& source :
         registries.rules.sources(image::Reference::parse_canonical(name)))
      words.push_back(source.name.canonical() + (source.insecure ? "!" : ""));
    return words;
  }
  template <typename Load>
  static std::string refusal(const Load& load) {
    try {
      load();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::usage);
      return error.message();
    }
    return "";
  }
};

TEST_F(RegistriesTest, WhereNothingIsSaidNamesAreThePersonalitys) {
  const Registries none = load_registries({.containers = {"/nonexistent"}}, {}, "");
  EXPECT_EQ(none.short_names.search, Words{"docker.io"});
  EXPECT_TRUE(none.rules.empty());
  const Registries own = load_registries({}, {}, "reg.test:5000");
  EXPECT_EQ(own.short_names.search, Words{"reg.test:5000"});
  EXPECT_EQ(own.short_names.to_pull("app").front().name.canonical(), "reg.test:5000/app");
}

TEST_F(RegistriesTest, PodmansFileIsRead) {
  const Registries registries = podmans(R"(
unqualified-search-registries = ["a.test", "b.test"]
short-name-mode = "enforcing"
[[registry]]
prefix = "c.test/foo"
location = "d.test/bar/"
insecure = true
[[registry.mirror]]
location = "m1.test"
[[registry.mirror]]
location = "m2.test/x"
insecure = true
pull-from-mirror = "digest-only"
[[registry]]
location = "e.test"
mirror-by-digest-only = true
[[registry.mirror]]
location = "m3.test"
[aliases]
"app" = "c.test/apps/app"
"gone" = "c.test/gone"
)");
  EXPECT_EQ(registries.short_names.search, (Words{"a.test", "b.test"}));
  EXPECT_FALSE(registries.short_names.guessing);
  EXPECT_EQ(sources(registries, "c.test/foo/app:1"), (Words{"m1.test/app:1", "d.test/bar/app:1!"}));
  EXPECT_EQ(sources(registries, "e.test/app:1"), Words{"e.test/app:1"});
  const auto found = registries.short_names.to_pull("app:2");
  EXPECT_EQ(found.front().name.canonical(), "c.test/apps/app:2");
  EXPECT_EQ(found.front().alias_file, place_.path() + "/main.conf");
}

TEST_F(RegistriesTest, DropInsComeAfterItInTheOrderOfTheirNames) {
  write("drop/20.conf", "unqualified-search-registries = [\"c.test\"]\n");
  write("drop/10.conf",
        "unqualified-search-registries = [\"b.test\"]\n[aliases]\n\"gone\" = \"\"\n"
        "\"app\" = \"b.test/app\"\n");
  write("drop/30.txt", "this is read by nobody");
  const Registries registries = podmans(
      "unqualified-search-registries = [\"a.test\"]\n[aliases]\n\"gone\" = \"a.test/gone\"\n");
  EXPECT_EQ(registries.short_names.search, Words{"c.test"});
  EXPECT_EQ(registries.short_names.to_pull("gone").front().name.canonical(), "c.test/gone");
  EXPECT_EQ(registries.short_names.to_pull("app").front().name.canonical(), "b.test/app");
}

TEST_F(RegistriesTest, ASettingIsStrongerThanAnyAlias) {
  write("drop/1.conf", "[aliases]\n\"app\" = \"b.test/app\"\n");
  const Registries registries =
      load_registries({.directories = {place_.path() + "/drop"}}, {}, "reg.test");
  EXPECT_EQ(registries.short_names.to_pull("app").front().name.canonical(), "reg.test/app");
}

TEST_F(RegistriesTest, WhatIsWrongInItIsToldWithItsPlace) {
  const std::string path = place_.path() + "/main.conf";
  struct Case {
    std::string text, message;
  };
  for (const Case& c : std::vector<Case>{
           {"short-name-mode = \"loud\"", path + ": short-name-mode cannot be \"loud\""},
           {"[[registry]]\nblocked = \"yes\"\nlocation = \"a.test\"",
            path + ": blocked is of another type"},
           {"[[registry]]\nprefix = \"a.test\"", path + ": no location for a.test"},
           {"registry = 1", path + ": registry is no array of tables"},
           {"[registries.search]\nregistries = []",
            path + ": version 1 of the format ([registries.…]) is not read: see "
                   "containers-registries.conf(5)"},
           {"aliases = []", path + ": aliases is no table"},
           {"unqualified-search-registries = [1]",
            path + ": unqualified-search-registries holds something else than texts"}})
    EXPECT_EQ(refusal([&] { podmans(c.text); }), c.message);
  EXPECT_TRUE(refusal([&] { podmans("a = 1\nb = "); }).starts_with(path + ":2: "));
}

TEST_F(RegistriesTest, DockersFileIsRead) {
  const Registries registries = dockers(
      R"({"registry-mirrors": ["https://m1.test/", "http://m2.test:5000"],
          "insecure-registries": ["10.0.0.0/8"], "max-concurrent-downloads": 7, "debug": true})");
  EXPECT_EQ(
      sources(registries, "docker.io/library/app:1"),
      (Words{"m1.test/library/app:1", "m2.test:5000/library/app:1!", "docker.io/library/app:1"}));
  EXPECT_EQ(sources(registries, "a.test/app:1"), Words{"a.test/app:1"});
  EXPECT_EQ(registries.insecure, Words{"10.0.0.0/8"});
  EXPECT_EQ(registries.downloads, 7U);
}

TEST_F(RegistriesTest, WhatIsWrongInDockersIsTold) {
  const std::string path = place_.path() + "/daemon.json";
  EXPECT_EQ(refusal([&] { dockers(R"({"registry-mirrors": ["m1.test"]})"); }),
            path + ": registry-mirrors: \"m1.test\" is not http:// or https:// and a host");
  EXPECT_NE(refusal([&] { dockers(R"({"registry-mirrors": ["https://m1.test/path"]})"); }), "");
  EXPECT_TRUE(refusal([&] { dockers("{"); }).starts_with(path + ": it: not JSON"));
}

}  // namespace
}  // namespace engine
