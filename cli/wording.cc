#include "cli/wording.h"

#include <algorithm>

#include "base/text.h"

namespace cli {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string fill(std::string_view pattern, std::initializer_list<Filling> values) {
  std::string text;
  while (!pattern.empty()) {
    const auto* filling = std::find_if(values.begin(), values.end(), [&](const Filling& candidate) {
      return pattern.starts_with('{') && pattern.substr(1).starts_with(candidate.name) &&
             pattern.substr(1 + candidate.name.size()).starts_with('}');
    });
    const bool found = filling != values.end();
    text += found ? filling->value : pattern.substr(0, 1);
    pattern.remove_prefix(found ? filling->name.size() + 2 : 1);
  }
  return text;
}

std::string go_quoted(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return base::printable(result, std::string::npos) + "\"";
}

std::string one_line(std::string_view message) {
  constexpr std::size_t longest = 8u << 10;
  return base::printable(message, longest);
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

std::string shortened(std::string_view text, std::size_t limit, std::string_view mark) {
  if (display_width(text) <= limit) return std::string(text);
  const std::size_t kept = limit - display_width(mark);
  std::size_t seen = 0;
  std::size_t end = 0;
  while (end < text.size() && (continues_character(text[end]) || seen++ < kept)) ++end;
  return std::string(text.substr(0, end)).append(mark);
}

}  // namespace cli
