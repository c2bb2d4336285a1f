#include "cli/container_filter.h"

#include <fmt/core.h>

#include <algorithm>
#include <regex>

#include "base/error.h"
#include "base/text.h"

namespace cli {
namespace {

using engine::Container;
using Containers = std::vector<Container>;

// One value of a key against one container.
using Test = bool (*)(const Container& container, const std::string& value, const Containers& all);

bool has_id(const Container& container, const std::string& value, const Containers&) {
  return container.config.id.starts_with(value);
}

// A regular expression that is found in the name, with docker's slash before it or without.
bool has_name(const Container& container, const std::string& value, const Containers&) {
  try {
    const std::regex wanted(value, std::regex::extended);
    const std::string& name = container.config.name;
    return std::regex_search(name, wanted) || std::regex_search("/" + name, wanted);
  } catch (const std::regex_error&) {
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("invalid filter 'name={}'", base::printable(value)));
  }
}

bool has_label(const Container& container, const std::string& value, const Containers&) {
  const std::size_t equals = value.find('=');
  const auto found = container.config.labels.find(value.substr(0, equals));
  return found != container.config.labels.end() &&
         (equals == std::string::npos || found->second == value.substr(equals + 1));
}

bool has_state(const Container& container, const std::string& value, const Containers&) {
  return engine::state_name(container.state) == value;
}

bool has_exited(const Container& container, const std::string& value, const Containers&) {
  const auto* exited = std::get_if<engine::Exited>(&container.state);
  return exited && base::parse_number<int>(value) == exited->code;
}

// By the image's name as it was given, with or without tag, or its id.
bool has_ancestor(const Container& container, const std::string& value, const Containers&) {
  const std::string& image = container.config.image;
  const std::string& id = container.config.image_id;
  constexpr std::string_view algorithm = "sha256:";
  return image == value || image == value + ":latest" || image + ":latest" == value ||
         id.starts_with(value) ||
         (value.size() >= 4 && std::string_view(id).substr(algorithm.size()).starts_with(value));
}

const Container& named(const std::string& name, const Containers& all) {
  for (const Container& container : all)
    if (container.config.name == name || container.config.id.starts_with(name)) return container;
  throw base::Error(base::ErrorKind::not_found, "No such container: " + base::printable(name));
}

bool is_before(const Container& container, const std::string& value, const Containers& all) {
  return container.config.created < named(value, all).config.created;
}

bool is_since(const Container& container, const std::string& value, const Containers& all) {
  return container.config.created > named(value, all).config.created;
}

struct Key {
  std::string_view name;
  Test test;
  bool every = false;   // each of its values must hold
  bool states = false;  // it tells which states are wanted
};

constexpr Key keys[] = {
    {.name = "ancestor", .test = has_ancestor},
    {.name = "before", .test = is_before, .every = true},
    {.name = "exited", .test = has_exited, .states = true},
    {.name = "id", .test = has_id},
    {.name = "label", .test = has_label, .every = true},
    {.name = "name", .test = has_name},
    {.name = "since", .test = is_since, .every = true},
    {.name = "status", .test = has_state, .states = true},
};

const Key* key_named(std::string_view name) {
  const auto* found = std::find_if(std::begin(keys), std::end(keys),
                                   [&](const Key& key) { return key.name == name; });
  return found == std::end(keys) ? nullptr : found;
}

}  // namespace

std::optional<std::string> ContainerFilter::add(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return "bad format of filter (expected name=value)";
  const std::string_view name = text.substr(0, equals);
  if (!key_named(name)) return fmt::format("invalid filter '{}'", base::printable(name));
  wanted_[std::string(name)].emplace_back(text.substr(equals + 1));
  return std::nullopt;
}

bool ContainerFilter::names_states() const {
  return std::any_of(wanted_.begin(), wanted_.end(),
                     [](const auto& entry) { return key_named(entry.first)->states; });
}

Containers ContainerFilter::apply(const Containers& all) const {
  Containers kept;
  for (const Container& container : all) {
    const bool wanted = std::all_of(wanted_.begin(), wanted_.end(), [&](const auto& entry) {
      const Key& key = *key_named(entry.first);
      const auto holds = [&](const std::string& value) { return key.test(container, value, all); };
      const auto& values = entry.second;
      return key.every ? std::all_of(values.begin(), values.end(), holds)
                       : std::any_of(values.begin(), values.end(), holds);
    });
    if (wanted) kept.push_back(container);
  }
  return kept;
}

}  // namespace cli
