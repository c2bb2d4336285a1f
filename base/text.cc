#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace base {
namespace {

constexpr std::string_view white_space = " \t\n\v\f\r";

char lower_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The power of 1024 that "k", "kb", "KiB", … stand for.
std::optional<unsigned> size_unit(std::string_view unit) {
  const std::string word = lower(unit);
  if (word.empty() || word == "b") return 0;
  constexpr std::string_view letters = "bkmgtp";
  const auto at = letters.find(word[0]);
  const std::string_view tail = std::string_view(word).substr(1);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  if (!tail.empty() && tail != "b" && tail != "ib") return std::nullopt;
  return static_cast<unsigned>(at);
}

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // 0: not UTF-8
};

// RFC 3629: no overlong forms, no surrogates, nothing above 10FFFF.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
  char32_t value = first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3fu);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, length};
}

struct Range {
  char32_t first, last;
};
// Controls, and what turns the direction of writing or shows as nothing.
constexpr std::array unprintable = {
    Range{0x00, 0x1f},     Range{0x7f, 0x9f},        Range{0xad, 0xad},     Range{0x61c, 0x61c},
    Range{0x180e, 0x180e}, Range{0x200b, 0x200f},    Range{0x2028, 0x202e}, Range{0x2060, 0x206f},
    Range{0xfe00, 0xfe0f}, Range{0xe000, 0xf8ff},    Range{0xfeff, 0xfeff}, Range{0xfff0, 0xfffb},
    Range{0xfffe, 0xffff}, Range{0xe0000, 0x10ffff},
};

bool is_printable(char32_t value) {
  return std::none_of(unprintable.begin(), unprintable.end(), [&](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

std::string escape(std::string_view bytes) {
  std::string text;
  for (char c : bytes) {
    switch (c) {
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\t':
        text += "\\t";
        break;
      default:
        text += "\\x" + hex({&c, 1});
    }
  }
  return text;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) text += separator;
    text += part;
  }
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower_char);
  return result;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto digits_end =
      std::find_if_not(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
  const std::string_view number(text.begin(), digits_end);
  std::string_view rest = text.substr(number.size());
  if (rest.starts_with(' ')) rest.remove_prefix(1);  // "64 MiB"
  const auto unit = size_unit(rest);
  if (!unit) return std::nullopt;

  const auto point = number.find('.');
  const std::string_view whole = number.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : number.substr(point + 1);
  if (whole.empty() && fraction.empty()) return std::nullopt;
  const auto value = parse_number<std::uint64_t>(whole.empty() ? "0" : whole);
  const unsigned shift = *unit * 10;
  if (!value || *value > (UINT64_MAX >> shift) ||
      !std::all_of(fraction.begin(), fraction.end(), is_digit))
    return std::nullopt;
  long double part = 0;
  for (auto digit = fraction.rbegin(); digit != fraction.rend(); ++digit)
    part = (part + (*digit - '0')) / 10;
  const auto bytes = static_cast<std::uint64_t>(std::ldexp(part, static_cast<int>(shift)));
  const std::uint64_t base = *value << shift;
  if (base > UINT64_MAX - bytes) return std::nullopt;
  return base + bytes;
}

std::string human_size(std::uint64_t bytes, int digits) {
  constexpr std::array units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  auto size = static_cast<double>(bytes);
  for (std::size_t unit = 0;; size /= 1000, ++unit) {
    const bool last = unit + 1 == units.size();
    if (size >= 1000 && !last) continue;
    std::string text = fmt::format("{:.{}g}", size, digits);
    // 999.9 kB in three digits would be "1e+03kB".
    if (text.find('e') != std::string::npos && !last) continue;
    return text + units[unit];
  }
}

std::string printable(std::string_view foreign, std::size_t limit) {
  std::string text;
  while (!foreign.empty()) {
    const CodePoint point = decode(foreign);
    const std::string_view bytes = foreign.substr(0, std::max<std::size_t>(point.length, 1));
    const bool plain = point.length > 0 && is_printable(point.value);
    const std::string shown = plain ? std::string(bytes) : escape(bytes);
    if (text.size() + shown.size() > limit) return text + "…";
    text += shown;
    foreign.remove_prefix(bytes.size());
  }
  return text;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = decode(bytes).length;
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    text += digits[value >> 4];
    text += digits[value & 15];
  }
  return text;
}

}  // namespace base
