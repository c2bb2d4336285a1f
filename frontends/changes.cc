#include "frontends/changes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace frontends {

std::optional<std::vector<std::string>> json_words(std::string_view text) {
  if (!base::trim(text).starts_with('[')) return std::nullopt;
  base::Json json;
  try {
    json = base::parse_json(text, "an array", {.members = 65536});
  } catch (const base::Error&) {
    return std::nullopt;  // a line for a shell that begins so
  }
  std::vector<std::string> words;
  for (const base::Json& word : json) {
    if (!word.is_string())
      throw base::Error(base::ErrorKind::usage,
                        "when using JSON array syntax, arrays must be comprised of strings only");
    words.push_back(word.get<std::string>());
  }
  return words;
}

std::vector<std::string> shell_command(std::string_view line) {
  std::vector<std::string> words{"/bin/sh", "-c"};
  if (!line.empty()) words.emplace_back(line);
  return words;
}

void add_to_set(std::vector<std::string>& set, const std::string& value) {
  const auto place = std::ranges::lower_bound(set, value);
  if (place == set.end() || *place != value) set.insert(place, value);
}

}  // namespace frontends
