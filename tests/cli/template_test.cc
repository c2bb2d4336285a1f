#include "cli/template.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace cli {
namespace {

const base::Json data = {
    {"ID", "0123456789ab"},
    {"Names", {"web", "db"}},
    {"Labels", {{"a", "1"}, {"b.c", "2"}}},
    {"Empty", ""},
    {"None", base::Json::array()},
    {"Null", nullptr},
    {"Count", 3},
    {"Yes", true},
    {"No", false},
    {"host", {{"arch", "amd64"}}},
};

struct Case {
  std::string text;
  std::string rendered;
};

TEST(TemplateTest, RendersAsGoDoes) {
  const std::vector<Case> cases = {
      {"", ""},
      {"plain } text {", "plain } text {"},
      {"{{.ID}}", "0123456789ab"},
      {"<{{ .ID }}>\t{{.Count}}", "<0123456789ab>\t3"},
      {"{{.Names}} {{.Labels}}", "[web db] map[a:1 b.c:2]"},
      {"{{.Yes}} {{.Null}}", "true <no value>"},
      {"{{.Host.Arch}}{{$.host.arch}}", "amd64amd64"},
      {"{{json .ID}} {{json .Names}} {{.Count | json}}", R"("0123456789ab" ["web","db"] 3)"},
      {"{{join .Names \", \"}}", "web, db"},
      {"{{index .Names 1 | upper}}", "DB"},
      {"{{index .Labels \"b.c\"}}{{index .Labels \"z\"}}", "2"},
      {"{{len .Names}}{{len .ID}}", "212"},
      {"{{if .Empty}}a{{else if .Yes}}b{{else}}c{{end}}!", "b!"},
      {"{{if .No}}a{{else if .None}}b{{else}}c{{end}}!", "c!"},
      {"{{if .No}}a{{end}}!", "!"},
      {"{{if and .Yes (not .No)}}both{{end}}", "both"},
      {"{{or .Empty \"none\"}}", "none"},
      {"{{if eq .Count 1 2 3}}y{{end}}{{if ne .ID \"x\"}}z{{end}}", "yz"},
      {"{{range .Names}}<{{.}}{{$.Count}}>{{end}}", "<web3><db3>"},
      {"{{range .None}}x{{else}}nothing{{end}}", "nothing"},
      {"{{with .host}}{{.arch}}{{end}}{{with .Empty}}x{{end}}", "amd64"},
      {"a  {{- /* it's a comment */ -}}  b", "ab"},
      {"a {{- .Count -}} b", "a3b"},
      {"{{\"a\\tb\"}}{{`c\\d`}}{{-1}}", "a\tbc\\d-1"},
      {"{{\"}}\"}}", "}}"},
      {"{{truncate .ID 4}}|{{pad \"x\" 1 2}}|{{title \"new york\"}}", "0123| x  |New York"},
      {"{{println .ID .Count}}{{print 1 2 \"a\" \"b\"}}", "0123456789ab 3\n1 2ab"},
      {"{{printf \"%s-%v-%q%%\" .ID .Count \"a\\\"b\"}}", "0123456789ab-3-\"a\\\"b\"%"},
      {"{{split \"a,b\" \",\"}}{{lower \"ABC\"}}", "[a b]abc"},
  };
  for (const Case& expected : cases) {
    EXPECT_EQ(Template(expected.text).render(data), expected.rendered) << expected.text;
  }
}

TEST(TemplateTest, WhatIsNoTemplateIsRefused) {
  const std::vector<Case> cases = {
      {"{{.ID", "unclosed action"},
      {"{{", "unclosed action"},
      {"{{}}", "missing value for command"},
      {"{{.ID | }}", "missing value for command"},
      {"{{if .ID}}", "unexpected EOF"},
      {"{{if .ID}}{{else}}", "unexpected EOF"},
      {"{{if .ID}}{{else}}{{else}}{{end}}", "unexpected {{else}}"},
      {"{{end}}", "unexpected {{end}}"},
      {"{{else}}", "unexpected {{else}}"},
      {"{{(.ID}}", "unclosed left paren"},
      {"{{.ID)}}", "unexpected \")\" in action"},
      {"{{\"x}}", "unclosed action"},
      {"{{$x}}", "variables are not understood"},
      {"{{/* x}}", "unclosed comment"},
      {"{{%}}", "unexpected \"%\" in command"},
  };
  for (const Case& expected : cases) {
    try {
      Template refused(expected.text);
      ADD_FAILURE() << expected.text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::usage);
      EXPECT_EQ(error.message(), "template parsing error: " + expected.rendered) << expected.text;
    }
  }
}

TEST(TemplateTest, WhatTheDataDoesNotHaveIsRefused) {
  const std::vector<Case> cases = {
      {"{{.Foo}}",
       "can't evaluate field Foo (there are ID, Names, Labels, Empty, None, Null, "
       "Count, Yes, No, host)"},
      {"{{.ID.Foo}}", "can't evaluate field Foo in a single value"},
      {"{{frobnicate .ID}}", "function \"frobnicate\" not defined"},
      {"{{json}}", "wrong number of arguments for json: 0"},
      {"{{index .Names 2}}", "index out of range: 2"},
      {"{{upper .Count}}", "3 is not a text"},
      {"{{range .ID}}{{end}}", "range can't iterate over 0123456789ab"},
      {"{{.ID .ID}}", "a value is no function and takes no arguments"},
      {"{{printf \"%x\" 1}}", "printf knows %s, %v, %d and %q"},
      {"{{printf \"%s\"}}", "printf: too few arguments"},
  };
  for (const Case& expected : cases) {
    try {
      ADD_FAILURE() << expected.text << ": " << Template(expected.text).render(data);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.message(), "template: " + expected.rendered) << expected.text;
    }
  }
}

TEST(TemplateTest, EscapesOfTheCommandLineAreUndone) {
  EXPECT_EQ(unescaped_format("a\\tb\\nc\\d\\"), "a\tb\nc\\d\\");
}

}  // namespace
}  // namespace cli
