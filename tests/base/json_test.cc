#include "base/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace base {
namespace {

std::string failure(auto work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    return error.message();
  }
  return "no failure";
}

TEST(ParseJson, WhatIsNoJsonIsCorruptWithAReason) {
  const std::string text = failure([] { parse_json("{\"a\": ]", "index.json"); });
  EXPECT_TRUE(text.starts_with("index.json: not JSON: parse error at line 1, column 7")) << text;
  const char* wrong[] = {"",          "{",    "{} x", "nul",     "1e999",       "\"\xff\"",
                         "{\"a\" 1}", "[1,]", "'a'",  "// c\n1", "\"\x1b[2J\"", "}",
                         "]]]",       "\"\\", "NaN"};
  for (const char* each : wrong) EXPECT_THROW(parse_json(each, "x"), Error) << each;
}

TEST(ParseJson, ForeignBytesInAMessageAreEscaped) {
  const std::string text = failure([] { parse_json("\"\x1b[31m\"", "x"); });
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
}

TEST(ParseJson, TheLastOfDuplicateKeysWins) {
  EXPECT_EQ(integer_member(parse_json("{\"a\":1,\"b\":2,\"a\":3}", "x"), "a"), 3);
}

TEST(ParseJson, KeepsToItsLimits) {
  EXPECT_NO_THROW(parse_json("[1]", "x", {.bytes = 3}));
  EXPECT_EQ(failure([] { parse_json("[1] ", "x", {.bytes = 3}); }), "x: larger than 3 bytes");
  EXPECT_NO_THROW(parse_json("[[{}],[[]]]", "x", {.depth = 3}));
  EXPECT_EQ(failure([] { parse_json("[[[[", "x", {.depth = 3}); }), "x: more than 3 levels deep");
  EXPECT_NO_THROW(parse_json(R"(["[[[[", "\"[[[["])", "x", {.depth = 1}));
  EXPECT_EQ(failure([] { parse_json(std::string(1u << 20, '['), "x"); }),
            "x: more than 32 levels deep");
  EXPECT_NO_THROW(parse_json(R"([{"a:":1,"b":2},{"c":3,"d":{"e":4}}])", "x", {.members = 2}));
  EXPECT_EQ(failure([] { parse_json(R"({"a":1,"b":{},"c":3})", "x", {.members = 2}); }),
            "x: an object with more than 2 members");
}

TEST(DumpJson, KeepsTheOrderOfKeys) {
  const Json json = parse_json(R"({"b":[1],"a":{"c":null}})", "x");
  EXPECT_EQ(dump_compact(json), R"({"b":[1],"a":{"c":null}})");
  EXPECT_EQ(dump_json(json), "{\n  \"b\": [\n    1\n  ],\n  \"a\": {\n    \"c\": null\n  }\n}\n");
}

TEST(DumpJson, DoesNotThrowAtForeignBytes) {
  EXPECT_EQ(dump_compact(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

const Json& sample() {
  static const Json json = parse_json(R"({
    "text": "t", "number": -7, "large": 18446744073709551615, "real": 1.5, "yes": true,
    "nothing": null, "list": ["a", "b"], "mixed": ["a", 1], "map": {"k": "v"}, "odd": {"k": 1}
  })",
                                      "sample");
  return json;
}

TEST(Members, AreReadByType) {
  EXPECT_EQ(text_member(sample(), "text"), "t");
  EXPECT_EQ(integer_member(sample(), "number"), -7);
  EXPECT_TRUE(bool_member(sample(), "yes"));
  EXPECT_EQ(list_member(sample(), "list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(map_member(sample(), "map"), (std::map<std::string, std::string>{{"k", "v"}}));
  EXPECT_EQ(array_member(sample(), "list")->size(), 2u);
  EXPECT_EQ(object_member(sample(), "map")->size(), 1u);
}

TEST(Members, AbsentAndNullGiveTheFallback) {
  for (const char* key : {"absent", "nothing"}) {
    EXPECT_EQ(text_member(sample(), key, "else"), "else");
    EXPECT_EQ(integer_member(sample(), key, 5), 5);
    EXPECT_TRUE(bool_member(sample(), key, true));
    EXPECT_TRUE(list_member(sample(), key).empty());
    EXPECT_TRUE(map_member(sample(), key).empty());
    EXPECT_EQ(object_member(sample(), key), nullptr);
    EXPECT_EQ(array_member(sample(), key), nullptr);
  }
}

TEST(Members, AWrongTypeIsNamed) {
  EXPECT_EQ(failure([] { text_member(sample(), "number"); }), "number: not a string");
  EXPECT_EQ(failure([] { integer_member(sample(), "real"); }), "real: not an integer");
  EXPECT_EQ(failure([] { integer_member(sample(), "large"); }), "large: too large a number");
  EXPECT_EQ(failure([] { bool_member(sample(), "text"); }), "text: not true or false");
  EXPECT_EQ(failure([] { list_member(sample(), "map"); }), "map: not a list");
  EXPECT_EQ(failure([] { list_member(sample(), "mixed"); }), "mixed: not a string");
  EXPECT_EQ(failure([] { map_member(sample(), "list"); }), "list: not an object");
  EXPECT_EQ(failure([] { map_member(sample(), "odd"); }), "odd: not a string");
  EXPECT_EQ(failure([] { text_member(Json::array(), "text"); }), "text: not in an object");
}

TEST(JsonBytes, AnyBytesComeBack) {
  EXPECT_EQ(dump_compact(to_json_bytes("grün")), "\"grün\"");
  EXPECT_EQ(dump_compact(to_json_bytes("\xff\x01")), R"({"base16":"ff01"})");
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  for (const std::string& bytes : {all, std::string(), std::string("a\0b", 3), std::string("\xc3")})
    EXPECT_EQ(from_json_bytes(parse_json(dump_json(to_json_bytes(bytes)), "x")), bytes);
}

TEST(JsonBytes, WhatWeDidNotWriteIsCorrupt) {
  for (const char* text : {"1", "[]", R"({"base16":"f"})", R"({"base16":"0G"})", R"({"base16":1})"})
    EXPECT_NE(failure([&] { from_json_bytes(parse_json(text, "x")); }), "no failure") << text;
}

}  // namespace
}  // namespace base
