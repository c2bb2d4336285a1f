#include "base/base64.h"

#include <cstdint>

#include "base/text.h"

namespace base {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned digit_bits = 6;
constexpr unsigned byte_bits = 8;
constexpr std::uint32_t digit_mask = (1u << digit_bits) - 1;
constexpr std::uint32_t byte_mask = (1u << byte_bits) - 1;

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = held << byte_bits | static_cast<unsigned char>(c);
    for (bits += byte_bits; bits >= digit_bits;)
      text += alphabet[held >> (bits -= digit_bits) & digit_mask];
  }
  if (bits > 0) text += alphabet[held << (digit_bits - bits) & digit_mask];
  text.resize((text.size() + 3) / 4 * 4, '=');
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  text = trim(text);
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    held = held << digit_bits | static_cast<std::uint32_t>(digit);
    bits += digit_bits;
    if (bits < byte_bits) continue;
    bytes += static_cast<char>(held >> (bits -= byte_bits) & byte_mask);
  }
  return bytes;
}

}  // namespace base
