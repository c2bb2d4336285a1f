#include "image/challenge.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace image {
namespace {

bool is_token_character(char c) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         others.find(c) != std::string_view::npos;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  // Spaces and empty list elements.
  void skip(std::string_view what) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(what), rest_.size()));
  }

  std::string_view token() {
    const auto* const end = std::ranges::find_if_not(rest_, is_token_character);
    const std::string_view token(rest_.begin(), end);
    rest_.remove_prefix(token.size());
    return token;
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // After "=": a token or a quoted string. nullopt where neither is there.
  std::optional<std::string> value() {
    skip(" \t");
    if (!take('"')) {
      const std::string_view word = token();
      return word.empty() ? std::nullopt : std::optional<std::string>(word);
    }
    std::string text;
    while (!done()) {
      if (take('"')) return text;
      take('\\');
      if (done()) break;
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header) {
  std::vector<Challenge> challenges;
  Scanner scanner(header);
  for (scanner.skip(" \t,"); !scanner.done(); scanner.skip(" \t,")) {
    const std::string name = base::lower(scanner.token());
    if (name.empty()) break;
    scanner.skip(" \t");
    if (!scanner.take('=')) {
      challenges.push_back({.scheme = name});
      continue;
    }
    auto value = scanner.value();
    if (!value || challenges.empty()) break;
    challenges.back().parameters.emplace(name, std::move(*value));
  }
  return challenges;
}

}  // namespace image
