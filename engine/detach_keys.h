// The keys with which a user leaves a container that has a terminal: docker's --detach-keys.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace engine {

inline constexpr std::string_view default_detach_keys = "ctrl-p,ctrl-q";

// "ctrl-p,ctrl-q" as bytes: a letter or one of ctrl-a … ctrl-z, ctrl-@ [ \ ] ^ _ in each place; ""
// no keys. nullopt for anything else.
std::optional<std::string> parse_detach_keys(std::string_view text);

// Looks for them in what is typed.
class DetachKeys {
 public:
  explicit DetachKeys(std::string keys) : keys_(std::move(keys)) {}

  // What of it goes to the container: the beginning of the keys is held back until it is known
  // whether they are.
  std::string feed(std::string_view typed);
  bool any() const { return !keys_.empty(); }
  bool seen() const { return seen_; }
  std::size_t held() const { return matched_; }

 private:
  std::string keys_;
  std::size_t matched_ = 0;
  bool seen_ = false;
};

}  // namespace engine
