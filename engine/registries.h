// What this host's files say of registries: podman's (containers-registries.conf(5)) or docker's
// (daemon.json), as the personality has it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/reference.h"
#include "image/registry_rules.h"
#include "image/short_names.h"

namespace engine {

// Where they are; those that are absent say nothing.
struct RegistryFiles {
  std::vector<std::string> containers;    // registries.conf: the first that is there
  std::vector<std::string> directories;   // registries.conf.d: all of their *.conf, in this order
  std::string aliases;                    // short-name-aliases.conf, over all these
  std::string docker;                     // daemon.json
  std::vector<std::string> certificates;  // certs.d: the first that knows a registry
};

struct Registries {
  image::RegistryRules rules;
  image::ShortNames short_names;
  std::vector<std::string> insecure;  // "HOST[:PORT]", or addresses as "10.0.0.0/8"
  std::optional<unsigned> downloads;  // at a time
};

// `names` are the personality's; `registry`, of the settings, is the one of all names without one
// where it is not empty. Throws usage naming the file that cannot be understood.
Registries load_registries(const RegistryFiles& files, const image::NameDefaults& names,
                           const std::string& registry);

// Reads one registries.conf over what is there. Throws usage.
void read_containers_registries(const std::string& path, Registries& registries);
// Reads docker's daemon.json over what is there. Throws usage.
void read_docker_daemon(const std::string& path, Registries& registries);

}  // namespace engine
