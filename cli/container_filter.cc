#include "cli/container_filter.h"

#include <algorithm>
#include <iterator>
#include <regex>

#include "base/error.h"
#include "base/text.h"
#include "engine/restart.h"

namespace cli {
namespace {

using engine::Container;
using Containers = std::vector<Container>;

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

bool has_restart_policy(const Container& container, const std::string& value, const Containers&) {
  return engine::to_string(container.config.restart.when) == value;
}

bool is_for_boot(const Container& container, const std::string& value, const Containers&) {
  return engine::starts_at_boot(container) == (value == "true");
}

constexpr ContainerFilter::Values::Key keys[] = {
    {.name = "ancestor", .holds = has_ancestor},
    {.name = "before", .holds = is_before, .every = true},
    {.name = "exited", .holds = has_exited, .states = true},
    {.name = "id", .holds = has_id},
    {.name = "label", .holds = has_label, .every = true},
    {.name = "name", .holds = has_name},
    {.name = "restart-policy", .holds = has_restart_policy},
    {.name = "should-start-on-boot", .holds = is_for_boot, .states = true},
    {.name = "since", .holds = is_since, .every = true},
    {.name = "status", .holds = has_state, .states = true},
};

}  // namespace

ContainerFilter::ContainerFilter() : wanted_(keys) {}

Containers ContainerFilter::apply(const Containers& all) const {
  Containers kept;
  std::copy_if(all.begin(), all.end(), std::back_inserter(kept),
               [&](const Container& container) { return wanted_.fits(container, all); });
  return kept;
}

}  // namespace cli
