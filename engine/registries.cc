#include "engine/registries.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace engine {
namespace {

constexpr std::size_t largest_file = 1u << 20;
constexpr const char* docker_hub = "docker.io";

// A URL of a host as a mirror; a path in it is refused by docker, too.
image::RegistryMirror parse_mirror(std::string_view url) {
  constexpr std::string_view secure = "https://";
  constexpr std::string_view plain = "http://";
  image::RegistryMirror mirror{.location = "", .insecure = url.starts_with(plain)};
  std::string_view rest = url;
  if (rest.starts_with(secure)) rest.remove_prefix(secure.size());
  if (rest.starts_with(plain)) rest.remove_prefix(plain.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.size() == url.size() || rest.empty() || rest.find('/') != std::string_view::npos)
    throw base::Error(base::ErrorKind::usage, "registry-mirrors: \"" + base::printable(url) +
                                                  "\" is not http:// or https:// and a host");
  mirror.location = rest;
  return mirror;
}

void read_directory(const std::string& directory, Registries& registries) {
  std::vector<std::string> names = base::list_directory(directory);
  std::ranges::sort(names);
  for (const std::string& name : names)
    if (name.ends_with(".conf")) read_containers_registries(directory + "/" + name, registries);
}

}  // namespace

void read_docker_daemon(const std::string& path, Registries& registries) {
  const auto text = base::try_read_file(path, largest_file);
  if (!text) return;
  try {
    const base::Json json = base::parse_json(*text, "it");
    for (std::string& name : base::list_member(json, "insecure-registries"))
      registries.insecure.push_back(std::move(name));
    image::RegistryRule hub{.prefix = docker_hub, .location = docker_hub, .mirrors = {}};
    for (const std::string& url : base::list_member(json, "registry-mirrors"))
      hub.mirrors.push_back(parse_mirror(url));
    if (!hub.mirrors.empty()) registries.rules.add(std::move(hub));
    if (const auto count = base::integer_member(json, "max-concurrent-downloads"); count > 0)
      registries.downloads = static_cast<unsigned>(std::min<std::int64_t>(count, 64));
  } catch (const base::Error& error) {
    throw base::Error(base::ErrorKind::usage, error.message()).within(path);
  }
}

Registries load_registries(const RegistryFiles& files, const image::NameDefaults& names,
                           const std::string& registry) {
  Registries registries;
  registries.short_names.defaults = names;
  registries.short_names.search = {names.domain};
  const auto main = std::ranges::find_if(files.containers, base::exists);
  if (main != files.containers.end()) read_containers_registries(*main, registries);
  for (const std::string& directory : files.directories) read_directory(directory, registries);
  if (!files.aliases.empty()) read_containers_registries(files.aliases, registries);
  if (!files.docker.empty()) read_docker_daemon(files.docker, registries);
  if (registry.empty()) return registries;
  registries.short_names.defaults.domain = registry;
  registries.short_names.defaults.official = "";
  registries.short_names.search = {registry};
  registries.short_names.aliases.clear();
  return registries;
}

}  // namespace engine
