#include "image/registry_rules.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace image {
namespace {

constexpr std::string_view wildcard = "*.";

// Whether `prefix` ends in `text` where a component of it does: the port of "host:5000" is no tag.
bool ends_component(std::string_view text, std::string_view prefix) {
  if (text.size() == prefix.size()) return true;
  const char next = text[prefix.size()];
  const bool host_only = prefix.find('/') == std::string_view::npos;
  return next == '/' || (!host_only && (next == ':' || next == '@'));
}

bool matches(const Reference& name, std::string_view prefix) {
  if (prefix.starts_with(wildcard)) {
    const std::string& domain = name.domain();
    return std::string_view(domain).substr(0, domain.find(':')).ends_with(prefix.substr(1));
  }
  const std::string text = name.canonical();
  return text.starts_with(prefix) && ends_component(text, prefix);
}

// `name` with its prefix replaced; a wildcard stands for the whole domain.
Reference moved(const Reference& name, std::string_view prefix, const std::string& location) {
  if (location.empty()) return name;
  const std::string text = name.canonical();
  const std::size_t replaced = prefix.starts_with(wildcard) ? name.domain().size() : prefix.size();
  return Reference::parse_canonical(location + text.substr(replaced));
}

bool serves(const RegistryMirror& mirror, const Reference& name) {
  return name.digest() ? mirror.for_digests : mirror.for_tags;
}

bool is_name(const std::string& text) {
  try {
    static_cast<void>(Reference::parse_canonical(text));
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

// A name can be made of it, or it is one.
void check_location(const std::string& location) {
  if (!is_name(location + "/a") && !is_name(location))
    throw base::Error(base::ErrorKind::usage,
                      "\"" + base::printable(location) + "\" is no location of a registry");
}

}  // namespace

void RegistryRules::add(RegistryRule rule) {
  if (rule.prefix.empty()) rule.prefix = rule.location;
  if (rule.location.empty() && !rule.prefix.starts_with(wildcard))
    throw base::Error(base::ErrorKind::usage,
                      rule.prefix.empty() ? "a registry without location"
                                          : "no location for " + base::printable(rule.prefix));
  if (!rule.location.empty()) check_location(rule.location);
  for (const RegistryMirror& mirror : rule.mirrors) check_location(mirror.location);
  std::erase_if(rules_, [&](const RegistryRule& known) { return known.prefix == rule.prefix; });
  rules_.push_back(std::move(rule));
}

const RegistryRule* RegistryRules::find(const Reference& name) const {
  const RegistryRule* best = nullptr;
  for (const RegistryRule& rule : rules_)
    if (matches(name, rule.prefix) && (!best || rule.prefix.size() > best->prefix.size()))
      best = &rule;
  return best;
}

std::vector<PullSource> RegistryRules::sources(const Reference& name) const {
  const RegistryRule* rule = find(name);
  if (!rule) return {{.name = name}};
  if (rule->blocked)
    throw base::Error(base::ErrorKind::denied, "registry " + rule->prefix +
                                                   " is blocked in registries.conf or "
                                                   "registries.conf.d");
  std::vector<PullSource> sources;
  for (const RegistryMirror& mirror : rule->mirrors)
    if (serves(mirror, name))
      sources.push_back(
          {.name = moved(name, rule->prefix, mirror.location), .insecure = mirror.insecure});
  sources.push_back(
      {.name = moved(name, rule->prefix, rule->location), .insecure = rule->insecure});
  return sources;
}

}  // namespace image
