// search, as docker 20.10 and podman 4.3 show what they find.
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class SearchTest : public AppTest {
 protected:
  SearchTest() {
    fake::world().found = {
        {.name = "someone/busybox", .description = "two lines"},
        {.name = "busybox", .description = "Busybox base image.", .stars = 3200, .official = true},
        {.name = "radial/busyboxplus",
         .description = "Full-chain, Internet enabled, busybox made from scratch.",
         .stars = 54,
         .automated = true},
    };
    fake::world().tags = {"1.0", "latest"};
  }
};

TEST_F(SearchTest, DockersTableHasTheMostPopularFirst) {
  EXPECT_EQ(
      vdkr({"search", "busybox"}).out,
      "NAME                 DESCRIPTION                                     STARS     OFFICIAL  "
      " AUTOMATED\n"
      "busybox              Busybox base image.                             3200      [OK]      "
      " \n"
      "radial/busyboxplus   Full-chain, Internet enabled, busybox made f…   54                  "
      " [OK]\n"
      "someone/busybox      two lines                                       0                   "
      " \n");
  EXPECT_EQ(fake::world().search->query.term, "busybox");
  EXPECT_EQ(fake::world().search->query.limit, 25U);
  EXPECT_FALSE(fake::world().search->query.catalogue);
  EXPECT_EQ(fake::world().search->registry, "");
}

TEST_F(SearchTest, PodmansNamesAreWholeAndInTheRegistrysOrder) {
  EXPECT_EQ(vpdmn({"search", "busybox"}).out,
            "NAME                          DESCRIPTION\n"
            "docker.io/someone/busybox     two lines\n"
            "docker.io/library/busybox     Busybox base image.\n"
            "docker.io/radial/busyboxplus  Full-chain, Internet enabled, busybox made f...\n");
  EXPECT_TRUE(fake::world().search->query.catalogue);
  const Said said = vpdmn({"search", "--compatible", "--no-trunc", "reg.test:5000/team/x"});
  EXPECT_EQ(said.out.substr(0, said.out.find('\n')),
            "NAME                              DESCRIPTION                                         "
            "      STARS       OFFICIAL    AUTOMATED");
  EXPECT_NE(said.out.find("reg.test:5000/busybox "), std::string::npos);
  EXPECT_NE(said.out.find("made from scratch.  54"), std::string::npos);
  EXPECT_EQ(fake::world().search->registry, "reg.test:5000");
  EXPECT_EQ(fake::world().search->query.term, "team/x");
}

TEST_F(SearchTest, FiltersLimitsAndFormats) {
  const auto names = [&](const std::vector<std::string>& filters) {
    std::vector<std::string> words{"search", "--format", "{{.Name}}", "busybox"};
    for (const std::string& one : filters) words.insert(words.begin() + 1, {"--filter", one});
    return vdkr(words).out;
  };
  EXPECT_EQ(names({"is-official=true"}), "busybox\n");
  EXPECT_EQ(names({"is-official=false", "stars=1"}), "radial/busyboxplus\n");
  EXPECT_EQ(names({"is-automated"}), "radial/busyboxplus\n");
  EXPECT_EQ(names({"stars=54"}), "busybox\nradial/busyboxplus\n");
  for (const char* bad : {"bad=1", "stars=x", "stars", "is-official=maybe"})
    EXPECT_EQ(vdkr({"search", "-f", bad, "x"}).code, 125) << bad;
  EXPECT_EQ(vdkr({"search", "--limit", "101", "x"}).err,
            "vdkr: Limit 101 is outside the range of [1, 100]\n");
  EXPECT_EQ(vdkr({"search", "--limit", "0", "x"}).code, 1);
  EXPECT_EQ(vpdmn({"search", "--limit", "0", "x"}).code, 0);
  EXPECT_EQ(fake::world().search->query.limit, 25U);
  EXPECT_EQ(vpdmn({"search", "--limit=x", "x"}).code, 125);
  EXPECT_EQ(vdkr({"search", "-f", "stars=3000", "--format", "{{json .}}", "x"}).out,
            R"({"Description":"Busybox base image.","IsAutomated":"false","IsOfficial":"true",)"
            R"("Name":"busybox","StarCount":"3200"})"
            "\n");
  const auto json = base::parse_json(
      vpdmn({"search", "-f", "is-official", "--format", "json", "x"}).out, "the answer");
  EXPECT_EQ(json[0]["Name"], "docker.io/library/busybox");
  EXPECT_EQ(json[0]["Stars"], 3200);
  EXPECT_EQ(json[0]["Official"], "[OK]");
  EXPECT_EQ(json[0]["Index"], "docker.io");
}

TEST_F(SearchTest, NothingIsShownAsNothing) {
  fake::world().found.clear();
  EXPECT_EQ(vdkr({"search", "x"}).out, "NAME      DESCRIPTION   STARS     OFFICIAL   AUTOMATED\n");
  EXPECT_EQ(vpdmn({"search", "x"}).out, "");
  fake::world().failure = base::Error(base::ErrorKind::unsupported, "this registry has no search");
  EXPECT_EQ(vdkr({"search", "x"}).err, "vdkr: this registry has no search\n");
}

TEST_F(SearchTest, TagsAreListedOfARepository) {
  EXPECT_EQ(vpdmn({"search", "--list-tags", "--limit", "7", "reg.test/app:x"}).out,
            "NAME          TAG\n"
            "reg.test/app  1.0\n"
            "reg.test/app  latest\n");
  EXPECT_EQ(fake::world().orders, std::vector<std::string>{"tags reg.test/app:x 7"});
  EXPECT_EQ(vpdmn({"search", "--list-tags", "--format", "json", "app"}).out,
            "[\n    {\n        \"Name\": \"docker.io/library/app\",\n        \"Tags\": [\n"
            "            \"1.0\",\n            \"latest\"\n        ]\n    }\n]\n");
  EXPECT_EQ(vpdmn({"search", "--list-tags", "--filter", "stars=1", "app"}).err,
            "Error: filters are not applicable to list tags result\n");
}

TEST_F(SearchTest, HasItsOwnWayToTheRegistry) {
  const base::TempDir directory(testing::TempDir(), "search");
  base::replace_file(directory.path() + "/auth.json", "{}");
  const std::string file = directory.path() + "/auth.json";
  EXPECT_EQ(vpdmn({"search", "--authfile", file, "--tls-verify=false", "x"}).code, 0);
  EXPECT_EQ(fake::world().search->access.credentials_file, file);
  EXPECT_TRUE(fake::world().search->access.insecure);
}

TEST_F(SearchTest, ForeignTextMovesNoTerminal) {
  fake::world().found = {{.name = "x\x1b]0;y\a", .description = "\x1b[2J"}};
  for (const Said& said : {vdkr({"search", "x"}), vpdmn({"search", "x"})}) {
    EXPECT_EQ(said.out.find('\x1b'), std::string::npos);
    EXPECT_NE(said.out.find("x\\x1b]0;y"), std::string::npos);
  }
}

}  // namespace
}  // namespace cli
