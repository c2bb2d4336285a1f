#include "cli/template_syntax.h"

#include <fmt/core.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace cli {
namespace {

[[noreturn]] void refuse(std::string_view why) {
  throw base::Error(base::ErrorKind::usage, fmt::format("template parsing error: {}", why));
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trimmed_right(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// What stands between "{{" and "}}", read token by token.
class Action {
 public:
  explicit Action(std::string_view text) : text_(text) { skip_spaces(); }

  bool at_end() const { return text_.empty(); }

  // Takes the word where it comes next ("if", "end").
  bool take_keyword(std::string_view word) {
    if (!text_.starts_with(word) || (text_.size() > word.size() && is_word(text_[word.size()])))
      return false;
    advance(word.size());
    skip_spaces();
    return true;
  }

  // To the end of the action, or to ")".
  TemplatePipeline pipeline() {
    TemplatePipeline calls;
    do {
      calls.push_back(call());
    } while (take('|'));
    return calls;
  }

  void expect_end() const {
    if (!at_end()) refuse("unexpected \"" + base::printable(text_) + "\" in action");
  }

 private:
  void advance(std::size_t count) { text_.remove_prefix(count); }
  void skip_spaces() {
    while (!text_.empty() && is_space(text_.front())) advance(1);
  }
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    advance(1);
    skip_spaces();
    return true;
  }

  TemplateCall call() {
    TemplateCall call;
    while (!at_end() && text_.front() != '|' && text_.front() != ')') {
      call.words.push_back(operand());
      skip_spaces();
    }
    if (call.words.empty()) refuse("missing value for command");
    return call;
  }

  TemplateOperand operand() {
    const char c = text_.front();
    if (c == '.') return {.kind = TemplateOperand::Kind::field, .path = path()};
    if (c == '$') {
      advance(1);
      if (!text_.empty() && is_word(text_.front())) refuse("variables are not understood");
      return {.kind = TemplateOperand::Kind::root_field, .path = path()};
    }
    if (take('(')) return parenthesis();
    if (c == '"' || c == '`') return {.kind = TemplateOperand::Kind::literal, .text = string()};
    return word();
  }

  TemplateOperand parenthesis() {
    TemplateOperand operand{.kind = TemplateOperand::Kind::parenthesis};
    operand.inner = pipeline();
    if (!text_.starts_with(')')) refuse("unclosed left paren");
    advance(1);
    operand.path = path();
    return operand;
  }

  // ".A.B", "." or nothing.
  std::vector<std::string> path() {
    std::vector<std::string> names;
    while (text_.starts_with('.')) {
      advance(1);
      std::string name = name_here();
      if (name.empty() && !names.empty()) refuse("unexpected <.> in operand");
      if (name.empty()) break;
      names.push_back(std::move(name));
    }
    return names;
  }

  std::string name_here() {
    std::size_t length = 0;
    while (length < text_.size() && is_word(text_[length])) ++length;
    std::string name(text_.substr(0, length));
    advance(length);
    return name;
  }

  std::string string() {
    const char quote = text_.front();
    std::size_t end = 1;
    while (end < text_.size() && text_[end] != quote)
      end += quote == '"' && text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) refuse("unterminated quoted string");
    const std::string_view whole = text_.substr(0, end + 1);
    advance(end + 1);
    if (quote == '`') return base::dump_compact(base::Json(whole.substr(1, whole.size() - 2)));
    // Go's escapes that people use are JSON's.
    if (!base::Json::accept(whole)) refuse("bad string " + base::printable(whole));
    return std::string(whole);
  }

  TemplateOperand word() {
    const bool negative = text_.starts_with('-');
    if (negative) advance(1);
    std::string name = name_here();
    if (name.empty())
      refuse("unexpected \"" + base::printable(text_.substr(0, 1)) + "\" in command");
    const bool number = base::parse_number<std::int64_t>(name).has_value();
    if (number || name == "true" || name == "false")
      return {.kind = TemplateOperand::Kind::literal, .text = (negative ? "-" : "") + name};
    return {.kind = TemplateOperand::Kind::function, .text = std::move(name)};
  }

  std::string_view text_;
};

// The template as a whole: text and actions in turn.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::vector<TemplateNode> whole() {
    std::vector<TemplateNode> nodes = block();
    if (ending_)
      refuse(fmt::format("unexpected {{{{{}}}}}", *ending_ == Ending::end ? "end" : "else"));
    return nodes;
  }

 private:
  enum class Ending { end, otherwise };

  // Up to the end of the text, or to an {{else}} or {{end}}, which is then in ending_.
  std::vector<TemplateNode> block() {
    std::vector<TemplateNode> nodes;
    ending_.reset();
    while (!rest_.empty()) {
      take_text(nodes);
      if (rest_.empty()) break;
      const std::string_view content = take_action();
      if (content.starts_with("/*")) continue;
      Action action(content);
      if (action.at_end()) refuse("missing value for command");
      if (action.take_keyword("end")) {
        action.expect_end();
        ending_ = Ending::end;
        return nodes;
      }
      if (action.take_keyword("else")) {
        ending_ = Ending::otherwise;
        after_else_ = action;
        return nodes;
      }
      nodes.push_back(node(action));
    }
    return nodes;
  }

  TemplateNode node(Action& action) {
    struct Keyword {
      std::string_view word;
      TemplateNode::Kind kind;
    };
    constexpr Keyword keywords[] = {{"if", TemplateNode::Kind::branch},
                                    {"range", TemplateNode::Kind::range},
                                    {"with", TemplateNode::Kind::with}};
    for (const Keyword& keyword : keywords) {
      if (!action.take_keyword(keyword.word)) continue;
      TemplateNode result = control(keyword.kind, action);
      ending_.reset();
      return result;
    }
    TemplateNode result{.kind = TemplateNode::Kind::action, .pipeline = action.pipeline()};
    action.expect_end();
    return result;
  }

  // Leaves ending_ at the {{end}} that it shares with an {{else if}}.
  TemplateNode control(TemplateNode::Kind kind, Action& action) {
    TemplateNode result{.kind = kind, .pipeline = action.pipeline()};
    action.expect_end();
    result.body = block();
    if (ending_ == Ending::otherwise) {
      Action rest = after_else_;
      if (rest.take_keyword("if")) {
        result.otherwise.push_back(control(TemplateNode::Kind::branch, rest));
      } else {
        rest.expect_end();
        result.otherwise = block();
        if (ending_ == Ending::otherwise) refuse("unexpected {{else}}");
      }
    }
    if (ending_ != Ending::end) refuse("unexpected EOF");
    return result;
  }

  void take_text(std::vector<TemplateNode>& nodes) {
    const std::size_t open = rest_.find("{{");
    std::string_view text = rest_.substr(0, open);
    rest_.remove_prefix(text.size());
    if (std::exchange(trim_next_, false)) {
      while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    }
    if (rest_.starts_with("{{-") && rest_.size() > 3 && is_space(rest_[3]))
      text = trimmed_right(text);
    if (!text.empty())
      nodes.push_back({.kind = TemplateNode::Kind::text, .text = std::string(text)});
  }

  std::string_view take_action() {
    std::string_view body = rest_.substr(2);
    if (body.size() > 1 && body[0] == '-' && is_space(body[1])) body.remove_prefix(2);
    const std::size_t close = closing(body);
    std::string_view content = body.substr(0, close);
    rest_ = body.substr(close + 2);
    trim_next_ =
        content.size() > 1 && content.back() == '-' && is_space(content[content.size() - 2]);
    if (trim_next_) content.remove_suffix(1);
    return content;
  }

  // Where "}}" stands, strings passed over.
  static std::size_t closing(std::string_view body) {
    char quote = 0;
    const std::size_t comment = body.starts_with("/*") ? body.find("*/", 2) : 0;
    if (comment == std::string_view::npos) refuse("unclosed comment");
    for (std::size_t i = comment; i + 1 < body.size(); ++i) {
      if (quote != 0) {
        if (quote == '"' && body[i] == '\\') {
          ++i;
        } else if (body[i] == quote) {
          quote = 0;
        }
      } else if (body[i] == '"' || body[i] == '`') {
        quote = body[i];
      } else if (body.substr(i, 2) == "}}") {
        return i;
      }
    }
    refuse("unclosed action");
  }

  std::string_view rest_;
  bool trim_next_ = false;
  std::optional<Ending> ending_;
  Action after_else_{""};
};

}  // namespace

std::vector<TemplateNode> parse_template(std::string_view text) { return Reader(text).whole(); }

}  // namespace cli
