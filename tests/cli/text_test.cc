#include <gtest/gtest.h>

#include "cli/suggest.h"
#include "cli/table.h"
#include "cli/wording.h"

namespace cli {
namespace {

TEST(WordingTest, NamesAreFilledInOnceAndUnknownOnesStay) {
  EXPECT_EQ(fill("{a}-{b}-{a}{", {{"a", "{b}"}, {"b", "2"}}), "{b}-2-{b}{");
  EXPECT_EQ(fill("{{.ID}} {x}", {{"program", "vdkr"}}), "{{.ID}} {x}");
}

TEST(WordingTest, QuotedTextCannotLeaveItsQuotes) {
  EXPECT_EQ(go_quoted("a\"b\\c\n\x1b[0m é"), R"("a\"b\\c\n\x1b[0m é")");
}

TEST(WordingTest, AMessageIsOneLine) { EXPECT_EQ(one_line("a\nb\x1b[0m é"), "a\\nb\\x1b[0m é"); }

TEST(WordingTest, TextIsShortenedByCharactersNotBytes) {
  EXPECT_EQ(shortened("12345", 5, "…"), "12345");
  EXPECT_EQ(shortened("123456", 5, "…"), "1234…");
  EXPECT_EQ(shortened("123456", 5, "..."), "12...");
  EXPECT_EQ(shortened("ééééé", 5, "…"), "ééééé");
  EXPECT_EQ(shortened("éééééé", 5, "…"), "éééé…");
  EXPECT_EQ(shortened("abc", 0, ""), "");
}

TEST(TableTest, ColumnsAreAsWideAsTheirWidestCellAndTheLeast) {
  const TableStyle style{.least_width = 6, .padding = 2};
  EXPECT_EQ(aligned({"A\tB\tC", "a long one\té\tx", "\t\t"}, style),
            "A           B     C\n"
            "a long one  é     x\n"
            "                  \n");
}

TEST(TableTest, OneColumnIsNotPadded) {
  EXPECT_EQ(aligned({"ID", "1"}, {.least_width = 10, .padding = 3}), "ID\n1\n");
}

TEST(SuggestTest, NearWordsAreSuggestedNearestFirst) {
  const std::vector<std::string_view> known = {"images", "image", "info", "ps",
                                               "pull",   "run",   "rmi",  "rm"};
  struct Case {
    std::string word;
    std::vector<std::string> suggested;
  };
  const std::vector<Case> cases = {
      {"imges", {"images", "image"}},
      {"pul", {"pull"}},
      {"rum", {"run", "rm"}},
      {"sp", {"ps"}},
      {"nonsense", {}},
      {"", {}},
      {std::string(1000, 'x'), {}},
  };
  for (const Case& c : cases) EXPECT_EQ(suggest(c.word, known), c.suggested) << c.word;
}

}  // namespace
}  // namespace cli
