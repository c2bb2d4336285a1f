#include "frontends/dockerfile_words.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "cli/wording.h"

namespace frontends {
namespace {

constexpr int deepest = 64;  // of variables within variables

[[noreturn]] void refuse(const std::string& why) { throw base::Error(base::ErrorKind::usage, why); }

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_special(char c) { return std::string_view("@*#?-$!0").find(c) != std::string_view::npos; }

// A text, and what its words are.
class Expanded {
 public:
  void add(char c) {
    text += c;
    if (!is_space(c))
      word_ += c;
    else
      end_word();
  }
  void add_raw(std::string_view piece) {
    text += piece;
    word_ += piece;
  }
  void add(std::string_view piece) {
    for (const char c : piece) add(c);
  }
  void end_word() {
    if (!word_.empty()) words.push_back(std::exchange(word_, {}));
  }

  std::string text;
  std::vector<std::string> words;

 private:
  std::string word_;
};

class Lexer {
 public:
  Lexer(std::string_view text, const std::vector<std::string>& env) : rest_(text), env_(env) {}

  // To the end, or up to and with `stop`, where it is not 0.
  Expanded read(char stop = 0) {
    if (++depth_ > deepest) refuse("too many variables within variables");
    Expanded result;
    while (!rest_.empty() && (stop == 0 || rest_[0] != stop)) step(result);
    if (stop != 0 && rest_.empty()) refuse("syntax error: missing '}'");
    if (stop != 0) next();
    result.end_word();
    --depth_;
    return result;
  }

 private:
  char next() {
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }
  char peek() const { return rest_.empty() ? '\0' : rest_[0]; }

  void step(Expanded& result) {
    const char c = next();
    if (c == '$') return result.add(dollar());
    if (c == '\'') return result.add_raw(single_quoted());
    if (c == '"') return result.add_raw(double_quoted());
    if (c != '\\') return result.add(c);
    if (!rest_.empty()) result.add_raw(std::string(1, next()));
  }

  std::string single_quoted() {
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos)
      refuse("unexpected end of statement while looking for matching single-quote");
    std::string inside(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return inside;
  }

  // A backslash is one unless something follows that would mean something else here.
  std::string double_quoted() {
    std::string inside;
    for (;;) {
      if (rest_.empty())
        refuse("unexpected end of statement while looking for matching double-quote");
      char c = next();
      if (c == '"') return inside;
      if (c == '$') {
        inside += dollar();
        continue;
      }
      if (c == '\\' && rest_.empty()) continue;
      if (c == '\\' && (peek() == '"' || peek() == '$' || peek() == '\\')) c = next();
      inside += c;
    }
  }

  std::string dollar() {
    if (peek() != '{') {
      const std::string name = read_name();
      return name.empty() ? "$" : value_of(name);
    }
    next();
    if (rest_.empty()) refuse("syntax error: missing '}'");
    if (peek() == '{' || peek() == '}' || peek() == ':') refuse("syntax error: bad substitution");
    const std::string name = read_name();
    const char after = rest_.empty() ? '\0' : next();
    if (after == '}') return value_of(name);
    if (after != ':') refuse("missing ':' in substitution");
    return modified(name);
  }

  std::string modified(const std::string& name) {
    const char modifier = rest_.empty() ? '\0' : next();
    std::string word = read('}').text;
    std::string value = value_of(name);
    switch (modifier) {
      case '+':
        return value.empty() ? value : word;
      case '-':
        return value.empty() ? word : value;
      case '?':
        if (value.empty())
          refuse(name + ": " + (word.empty() ? "is not allowed to be unset" : word));
        return value;
      default:
        refuse("unsupported modifier (" + base::printable(std::string(1, modifier)) +
               ") in substitution");
    }
  }

  std::string read_name() {
    std::string name;
    if (is_digit(peek())) {
      while (is_digit(peek())) name += next();
      return name;
    }
    if (!rest_.empty() && is_special(peek())) return std::string(1, next());
    while (is_letter(peek()) || is_digit(peek()) || peek() == '_') name += next();
    return name;
  }

  std::string value_of(const std::string& name) const {
    for (const std::string& variable : env_)
      if (variable.starts_with(name + "=")) return variable.substr(name.size() + 1);
    return "";
  }

  std::string_view rest_;
  const std::vector<std::string>& env_;
  int depth_ = 0;
};

Expanded expand(std::string_view word, const std::vector<std::string>& env) {
  try {
    return Lexer(word, env).read();
  } catch (const base::Error& error) {
    throw error.within("failed to process " + cli::go_quoted(word));
  }
}

// Where a word ends that begins at the beginning of the text.
std::size_t end_of_word(std::string_view text) {
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && quote != '\'') {
      ++at;  // whatever follows belongs to the word
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (is_space(c)) {
      return at;
    }
  }
  return text.size();
}

}  // namespace

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string take_word(std::string_view& text) {
  text = base::trim(text);
  const std::size_t end = end_of_word(text);
  std::string word(text.substr(0, end));
  text = base::trim(text.substr(std::min(end, text.size())));
  return word;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  for (std::string word = take_word(text); !word.empty(); word = take_word(text))
    words.push_back(std::move(word));
  return words;
}

std::vector<std::string> split_blanks(std::string_view text) {
  Expanded words;
  words.add(text);
  words.end_word();
  return std::move(words.words);
}

std::string expand_word(std::string_view word, const std::vector<std::string>& env) {
  return expand(word, env).text;
}

std::vector<std::string> expand_words(std::string_view word, const std::vector<std::string>& env) {
  return expand(word, env).words;
}

}  // namespace frontends
