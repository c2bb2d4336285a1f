// Cutting and reading texts of files (passwd, group, sysfs).
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace guest_init {

// What lies before the first `separator` (all where there is none); cuts both off `rest`.
inline std::string_view cut(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view first = rest.substr(0, end);
  rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  return first;
}

// The whole text as a decimal number.
template <typename Number>
std::optional<Number> to_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return value;
}

}  // namespace guest_init
