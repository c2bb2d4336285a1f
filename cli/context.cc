#include "cli/context.h"

#include <algorithm>
#include <utility>

#include "base/file.h"

namespace cli {

Context::Context(const Personality& its_personality, const World& its_world, Globals its_globals)
    : personality(its_personality),
      world(its_world),
      globals(std::move(its_globals)),
      out(its_world.output, "standard output"),
      err(its_world.error, "standard error") {}

Context::~Context() = default;

engine::Settings Context::settings() const {
  engine::Settings settings = engine::load_settings(personality.program, globals.settings);
  if (globals.credentials) {
    settings.credentials_file = *globals.credentials;
  } else if (settings.credentials_file.empty()) {
    const std::vector<std::string> candidates = personality.credential_files();
    const auto found = std::find_if(candidates.begin(), candidates.end(), base::exists);
    if (found != candidates.end()) settings.credentials_file = *found;
  }
  return settings;
}

engine::Engine& Context::engine() {
  if (!engine_)
    engine_ = std::make_unique<engine::Engine>(settings(), personality.names,
                                               personality.registry_files());
  return *engine_;
}

image::NameDefaults Context::names() {
  const std::string& registry = engine().settings().registry;
  image::NameDefaults names = personality.names;
  if (registry.empty()) return names;
  names.domain = registry;
  names.official = "";
  return names;
}

RowContext Context::row_context(bool truncate) {
  return {.now = world.now(), .truncate = truncate, .names = names()};
}

}  // namespace cli
