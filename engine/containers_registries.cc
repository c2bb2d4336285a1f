// registries.conf, version 2 of its format (containers-registries.conf(5)).
#include <toml++/toml.h>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/registries.h"

namespace engine {
namespace {

constexpr std::size_t largest_file = 4u << 20;

[[noreturn]] void refuse(const std::string& why) { throw base::Error(base::ErrorKind::usage, why); }

// A member of that type; an absent one is `fallback`.
template <typename Value>
Value member(const toml::table& table, std::string_view key, Value fallback) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return fallback;
  const auto value = node->value_exact<Value>();
  if (!value) refuse(std::string(key) + " is of another type");
  return *value;
}

std::string text(const toml::table& table, std::string_view key) {
  return member<std::string>(table, key, "");
}

// Locations end without a slash.
std::string location(const toml::table& table, std::string_view key) {
  std::string value = text(table, key);
  while (value.ends_with('/')) value.pop_back();
  return value;
}

// Calls `take` with each table of the array `key`.
template <typename Take>
void each_table(const toml::table& table, std::string_view key, const Take& take) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) refuse(std::string(key) + " is no array of tables");
  for (const toml::node& element : *array) {
    if (!element.is_table()) refuse(std::string(key) + " is no array of tables");
    take(*element.as_table());
  }
}

image::RegistryMirror mirror_of(const toml::table& table, bool by_digest_only) {
  image::RegistryMirror mirror{.location = location(table, "location"),
                               .insecure = member(table, "insecure", false)};
  const std::string pulls = text(table, "pull-from-mirror");
  if (by_digest_only && !pulls.empty()) refuse("pull-from-mirror beside mirror-by-digest-only");
  if (!pulls.empty() && pulls != "all" && pulls != "digest-only" && pulls != "tag-only")
    refuse("pull-from-mirror cannot be \"" + base::printable(pulls) + "\"");
  mirror.for_tags = pulls != "digest-only" && !by_digest_only;
  mirror.for_digests = pulls != "tag-only";
  return mirror;
}

image::RegistryRule rule_of(const toml::table& table) {
  image::RegistryRule rule{.prefix = location(table, "prefix"),
                           .location = location(table, "location"),
                           .insecure = member(table, "insecure", false),
                           .blocked = member(table, "blocked", false),
                           .mirrors = {}};
  const bool by_digest_only = member(table, "mirror-by-digest-only", false);
  each_table(table, "mirror", [&](const toml::table& mirror) {
    rule.mirrors.push_back(mirror_of(mirror, by_digest_only));
  });
  return rule;
}

void read_search(const toml::table& table, image::ShortNames& names) {
  const toml::node* node = table.get("unqualified-search-registries");
  if (node == nullptr) return;
  names.search.clear();
  if (!node->is_array()) refuse("unqualified-search-registries is no array");
  for (const toml::node& entry : *node->as_array()) {
    const auto registry = entry.value_exact<std::string>();
    if (!registry) refuse("unqualified-search-registries holds something else than texts");
    names.search.push_back(*registry);
  }
}

void read_mode(const toml::table& table, image::ShortNames& names) {
  const std::string mode = base::lower(text(table, "short-name-mode"));
  if (mode.empty()) return;
  if (mode != "enforcing" && mode != "permissive" && mode != "disabled")
    refuse("short-name-mode cannot be \"" + base::printable(mode) + "\"");
  names.guessing = mode != "enforcing";
}

void read_aliases(const toml::table& table, const std::string& file, image::ShortNames& names) {
  const toml::node* node = table.get("aliases");
  if (node == nullptr) return;
  if (!node->is_table()) refuse("aliases is no table");
  for (const auto& [key, value] : *node->as_table()) {
    const auto name = value.value_exact<std::string>();
    if (!name) refuse("the alias " + base::printable(key.str()) + " is no text");
    const std::string alias(key.str());
    names.aliases.erase(alias);
    if (!name->empty()) names.aliases[alias] = {.name = *name, .file = file};
  }
}

void read_table(const toml::table& table, const std::string& file, Registries& registries) {
  if (table.contains("registries"))
    refuse(
        "version 1 of the format ([registries.…]) is not read: see containers-registries.conf(5)");
  each_table(table, "registry",
             [&](const toml::table& registry) { registries.rules.add(rule_of(registry)); });
  read_search(table, registries.short_names);
  read_mode(table, registries.short_names);
  read_aliases(table, file, registries.short_names);
}

}  // namespace

void read_containers_registries(const std::string& path, Registries& registries) {
  const auto text = base::try_read_file(path, largest_file);
  if (!text) return;
  try {
    read_table(toml::parse(*text), path, registries);
  } catch (const toml::parse_error& error) {
    const std::string line = std::to_string(error.source().begin.line);
    refuse(path + ":" + line + ": " + std::string(error.description()));
  } catch (const base::Error& error) {
    throw error.within(path);
  }
}

}  // namespace engine
