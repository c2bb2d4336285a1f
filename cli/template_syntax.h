// A parsed template: what template.cc renders.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cli {

struct TemplateCall;

// Calls joined by "|": each gets the result of the one before as its last argument.
using TemplatePipeline = std::vector<TemplateCall>;

struct TemplateOperand {
  enum class Kind { field, root_field, literal, function, parenthesis };
  Kind kind = Kind::field;
  std::vector<std::string> path;  // of a field; empty: the value itself. Also after a parenthesis.
  std::string text;               // a function's name; a literal as JSON
  std::vector<TemplateCall> inner;  // of a parenthesis
};

struct TemplateCall {
  std::vector<TemplateOperand> words;  // the function or value, then arguments
};

struct TemplateNode {
  enum class Kind { text, action, branch, range, with };
  Kind kind = Kind::text;
  std::string text;
  TemplatePipeline pipeline;
  std::vector<TemplateNode> body;
  std::vector<TemplateNode> otherwise;
};

// Throws usage, "template parsing error: …".
std::vector<TemplateNode> parse_template(std::string_view text);

}  // namespace cli
