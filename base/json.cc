#include "base/json.h"

#include <fmt/core.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace base {
namespace {

Error corrupt(std::string_view what, std::string_view why) {
  return {ErrorKind::corrupt, fmt::format("{}: {}", what, why)};
}

// Looks at brackets and colons outside strings. Bounds the depth, and the members of one object,
// which keeps its keys in order and searches them one by one.
void check_shape(std::string_view text, std::string_view what, const JsonLimits& limits) {
  std::vector<int> members(1, 0);
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"')
      in_string = !in_string;
    else if (in_string)
      i += c == '\\' ? 1 : 0;
    else if (c == '{' || c == '[')
      members.push_back(0);
    else if ((c == '}' || c == ']') && members.size() > 1)
      members.pop_back();
    else if (c == ':' && ++members.back() > limits.members)
      throw corrupt(what, fmt::format("an object with more than {} members", limits.members));
    if (members.size() > static_cast<std::size_t>(limits.depth) + 1)
      throw corrupt(what, fmt::format("more than {} levels deep", limits.depth));
  }
}

// Without the library's "[json.exception.…] ".
std::string_view reason(const Json::exception& error) {
  std::string_view text = error.what();
  auto end = text.find("] ");
  return text.starts_with('[') && end != std::string_view::npos ? text.substr(end + 2) : text;
}

// nullptr where absent or null.
const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) throw corrupt(key, "not in an object");
  auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json* member_of_type(const Json& object, const char* key, bool (Json::*is)() const noexcept,
                           const char* type) {
  const Json* value = member(object, key);
  if (value != nullptr && !(value->*is)()) throw corrupt(key, fmt::format("not {}", type));
  return value;
}

const std::string& text_of(const Json& value, const char* key) {
  if (!value.is_string()) throw corrupt(key, "not a string");
  return value.get_ref<const std::string&>();
}

int hex_digit(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto at = digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

Json parse_json(std::string_view text, std::string_view what, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    throw corrupt(what, fmt::format("larger than {} bytes", limits.bytes));
  check_shape(text, what, limits);
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    throw corrupt(what, "not JSON: " + printable(reason(error)));
  }
}

std::string dump_json(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string dump_compact(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string text_member(const Json& object, const char* key, std::string_view fallback) {
  const Json* value = member(object, key);
  return value == nullptr ? std::string(fallback) : text_of(*value, key);
}

std::int64_t integer_member(const Json& object, const char* key, std::int64_t fallback) {
  const Json* value = member_of_type(object, key, &Json::is_number_integer, "an integer");
  if (value == nullptr) return fallback;
  if (value->is_number_unsigned() &&
      value->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    throw corrupt(key, "too large a number");
  return value->get<std::int64_t>();
}

bool bool_member(const Json& object, const char* key, bool fallback) {
  const Json* value = member_of_type(object, key, &Json::is_boolean, "true or false");
  return value == nullptr ? fallback : value->get<bool>();
}

std::vector<std::string> list_member(const Json& object, const char* key) {
  std::vector<std::string> list;
  if (const Json* value = array_member(object, key))
    for (const Json& element : *value) list.push_back(text_of(element, key));
  return list;
}

std::map<std::string, std::string> map_member(const Json& object, const char* key) {
  std::map<std::string, std::string> map;
  if (const Json* value = object_member(object, key))
    for (const auto& [name, element] : value->items()) map[name] = text_of(element, key);
  return map;
}

const Json* object_member(const Json& object, const char* key) {
  return member_of_type(object, key, &Json::is_object, "an object");
}

const Json* array_member(const Json& object, const char* key) {
  return member_of_type(object, key, &Json::is_array, "a list");
}

Json to_json_bytes(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  return Json{{"base16", hex(bytes)}};
}

std::string from_json_bytes(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  const std::string digits = text_member(value, "base16");
  if (digits.size() % 2 != 0) throw corrupt("base16", "an odd number of digits");
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) throw corrupt("base16", "not hexadecimal");
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

}  // namespace base
