// Small things with text: splitting, numbers, sizes, and making foreign bytes printable.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

std::string_view trim(std::string_view text);                           // ASCII white space
std::vector<std::string> split(std::string_view text, char separator);  // "a,,b" is three
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string lower(std::string_view text);  // ASCII

// The whole text is a decimal number that fits; nullopt otherwise.
template <typename Integer>
std::optional<Integer> parse_number(std::string_view text) {
  Integer value{};
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || text.empty()) return std::nullopt;
  return value;
}

// docker's sizes: "64m", "1.5GiB", "512" (bytes), units b k m g t with optional "b"/"ib", in any
// case, powers of 1024. nullopt for anything else, for negatives and for what exceeds 64 bits.
std::optional<std::uint64_t> parse_size(std::string_view text);
// docker's decimal sizes: "7.05MB", "0B", "1.24GB". It writes three significant digits in its
// columns (images, ps) and four in progress and totals (units.HumanSize): "7.048MB".
std::string human_size(std::uint64_t bytes, int digits = 3);

// For messages: foreign bytes with anything not printable ASCII or valid UTF-8 letters escaped
// (\n, \x1b, …), cut with "…" after `limit` bytes. Never lets a terminal sequence through.
std::string printable(std::string_view foreign, std::size_t limit = 256);

bool is_utf8(std::string_view bytes);     // RFC 3629
std::string hex(std::string_view bytes);  // lower case

}  // namespace base
