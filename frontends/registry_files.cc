#include "frontends/registry_files.h"

#include <unistd.h>

#include "base/file.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

std::string configuration() {
  const std::string directory = environment("XDG_CONFIG_HOME");
  return directory.empty() ? environment("HOME") + "/.config" : directory;
}

}  // namespace

// dockerd(8); in the home directory as docker's rootless mode has it.
engine::RegistryFiles docker_registry_files() {
  const std::string own = configuration() + "/docker";
  const std::string daemon = own + "/daemon.json";
  return {.containers = {},
          .directories = {},
          .aliases = "",
          .docker = base::exists(daemon) ? daemon : "/etc/docker/daemon.json",
          .certificates = {own + "/certs.d", "/etc/docker/certs.d"}};
}

// containers-registries.conf(5): a file of the user's takes the place of the system's, and of its
// directory; containers-certs.d(5).
engine::RegistryFiles podman_registry_files() {
  const std::string system = "/etc/containers";
  const std::string own = configuration() + "/containers";
  const std::string own_file = own + "/registries.conf";
  const std::string named = environment("CONTAINERS_REGISTRIES_CONF");
  const std::string cache =
      geteuid() == 0 ? "/var/cache/containers" : environment("HOME") + "/.cache/containers";
  const bool own_only = named.empty() && base::exists(own_file);
  engine::RegistryFiles files{
      .containers = {own_file, system + "/registries.conf"},
      .directories = {system + "/registries.conf.d", own + "/registries.conf.d"},
      .aliases = cache + "/short-name-aliases.conf",
      .docker = "",
      .certificates = {own + "/certs.d", system + "/certs.d", "/etc/docker/certs.d"}};
  if (!named.empty()) files.containers = {named};
  if (own_only) files.directories = {own + "/registries.conf.d"};
  return files;
}

}  // namespace frontends
