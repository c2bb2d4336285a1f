// What --filter options say together, as docker and podman read them: every key must hold; of one
// that is given several times one value is enough, unless the key wants each of them.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace cli {

template <typename Item, typename Facts>
struct FilterKey {
  std::string_view name;
  // One value against one item; `facts` is whatever else is known.
  bool (*holds)(const Item& item, const std::string& value, const Facts& facts);
  bool every = false;   // each of its values must hold
  bool states = false;  // it tells which states are wanted
};

template <typename Item, typename Facts>
class FilterValues {
 public:
  using Key = FilterKey<Item, Facts>;
  explicit FilterValues(std::span<const Key> keys) : keys_(keys) {}

  // Takes KEY=VALUE. Why not, where it is none.
  std::optional<std::string> add(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return "bad format of filter (expected name=value)";
    const std::string_view name = text.substr(0, equals);
    if (std::none_of(keys_.begin(), keys_.end(), [&](const Key& key) { return key.name == name; }))
      return fmt::format("invalid filter '{}'", base::printable(name));
    wanted_[std::string(name)].emplace_back(text.substr(equals + 1));
    return std::nullopt;
  }

  bool fits(const Item& item, const Facts& facts) const {
    return std::all_of(keys_.begin(), keys_.end(), [&](const Key& key) {
      const std::vector<std::string>& values = values_of(key.name);
      const auto holds = [&](const std::string& value) { return key.holds(item, value, facts); };
      if (key.every || values.empty()) return std::all_of(values.begin(), values.end(), holds);
      return std::any_of(values.begin(), values.end(), holds);
    });
  }

  const std::vector<std::string>& values_of(std::string_view name) const {
    static const std::vector<std::string> none;
    const auto found = wanted_.find(name);
    return found == wanted_.end() ? none : found->second;
  }

  bool names_states() const {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const Key& key) { return key.states && !values_of(key.name).empty(); });
  }

 private:
  std::span<const Key> keys_;
  std::map<std::string, std::vector<std::string>, std::less<>> wanted_;
};

}  // namespace cli
