// JSON records and documents: bounded parsing and reading with errors that name the field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

using Json = nlohmann::ordered_json;  // keeps the order of keys

struct JsonLimits {
  std::size_t bytes = 4u << 20;
  int depth = 32;
  int members = 2048;  // of one object
};
// Throws corrupt ("WHAT: not JSON: …"); duplicate keys: the last one wins.
Json parse_json(std::string_view text, std::string_view what, const JsonLimits& limits = {});
// Two spaces of indent and a final newline, for files that people look into; throws never: bytes
// that are not UTF-8 must have been encoded by the caller (see to_json_bytes).
std::string dump_json(const Json& json);
std::string dump_compact(const Json& json);

// Members by name. An absent or null member gives the fallback; one of the wrong type throws
// corrupt naming `key`.
std::string text_member(const Json& object, const char* key, std::string_view fallback = "");
std::int64_t integer_member(const Json& object, const char* key, std::int64_t fallback = 0);
bool bool_member(const Json& object, const char* key, bool fallback = false);
std::vector<std::string> list_member(const Json& object, const char* key);  // of strings
std::map<std::string, std::string> map_member(const Json& object, const char* key);
const Json* object_member(const Json& object, const char* key);  // nullptr where absent or null
const Json* array_member(const Json& object, const char* key);   // nullptr where absent or null

// A byte string of any content (argv, environment) as a JSON value and back: a plain string where
// it is UTF-8, else {"base16": "…"}.
Json to_json_bytes(std::string_view bytes);
std::string from_json_bytes(const Json& value);

}  // namespace base
