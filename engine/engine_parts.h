// What the verbs share: the stores, and what this process holds of containers that it has made.
// Private to engine.cc, lifecycle.cc and held.cc.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/lock.h"
#include "engine/container_store.h"
#include "engine/engine.h"
#include "engine/monitor_process.h"
#include "image/image_store.h"
#include "memres/instance.h"
#include "xen/guest_kernel.h"

namespace engine {

struct Engine::Parts {
  ContainerStore containers;
  memres::InstanceStore instances;
  image::ImageStore images;
  image::NameDefaults names;
  RegistryFiles files;
  std::string registry;  // of the settings
  std::optional<Registries> loaded;
  // Of containers that this process created.
  std::map<std::string, base::FileLock> locks;
  struct Begun {
    base::Stopwatch watch;
    Step resolve;
  };
  std::map<std::string, Begun> begun;
  std::optional<IdleMonitor> monitor;  // for the next start

  const Registries& registries() {
    if (!loaded) loaded = load_registries(files, names, registry);
    return *loaded;
  }
  const image::ShortNames& short_names() { return registries().short_names; }
};

// Starting a domain needs root and Xen: told before anything is fetched or made.
void require_host(const Settings& settings);
// The guests' kernel of a new container, and the memory that it needs beside the container's.
void take_kernel(const xen::GuestKernel& kernel, const Settings& settings, ContainerConfig& config);

}  // namespace engine
