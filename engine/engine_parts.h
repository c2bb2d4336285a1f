// What the verbs share: the stores, and what this process holds of containers that it has made.
// Private to engine.cc and lifecycle.cc.
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

namespace engine {

struct Engine::Parts {
  ContainerStore containers;
  image::ImageStore images;
  image::NameDefaults names;
  // Of containers that this process created.
  std::map<std::string, base::FileLock> locks;
  struct Begun {
    base::Stopwatch watch;
    Step resolve;
  };
  std::map<std::string, Begun> begun;
  std::optional<IdleMonitor> monitor;  // for the next start
};

}  // namespace engine
