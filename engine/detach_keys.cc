#include "engine/detach_keys.h"

#include "base/text.h"

namespace engine {
namespace {

constexpr std::string_view control = "ctrl-";
constexpr char first_control = '@';  // ctrl-@ is 0
constexpr char last_control = '_';

std::optional<char> key_named(std::string_view name) {
  if (name.size() == 1) return name[0];
  if (!name.starts_with(control) || name.size() != control.size() + 1) return std::nullopt;
  char key = name.back();
  if (key >= 'a' && key <= 'z')
    key = static_cast<char>(key - 'a' + 'A');
  else if (key >= 'A' && key <= 'Z')
    return std::nullopt;
  if (key < first_control || key > last_control) return std::nullopt;
  return static_cast<char>(key - first_control);
}

}  // namespace

std::optional<std::string> parse_detach_keys(std::string_view text) {
  std::string keys;
  if (text.empty()) return keys;
  for (const std::string& name : base::split(text, ',')) {
    const auto key = key_named(name);
    if (!key) return std::nullopt;
    keys += *key;
  }
  return keys;
}

std::string DetachKeys::feed(std::string_view typed) {
  std::string passed;
  for (const char key : typed) {
    if (seen_ || keys_.empty()) {
      passed += seen_ ? std::string() : std::string(1, key);
      continue;
    }
    if (key != keys_[matched_]) {
      passed += keys_.substr(0, std::exchange(matched_, 0));
      if (key != keys_[0]) {
        passed += key;
        continue;
      }
    }
    seen_ = ++matched_ == keys_.size();
  }
  return passed;
}

}  // namespace engine
