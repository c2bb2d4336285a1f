// What a command gets to work with.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/output.h"
#include "cli/personality.h"
#include "engine/engine.h"

namespace cli {

// What the options before the command said.
struct Globals {
  std::map<std::string, std::string> settings;  // by key, for engine::load_settings
  std::optional<std::string> credentials;       // a file; "" none at all
  bool debug = false;
};

class Context {
 public:
  // The first two are borrowed.
  Context(const Personality& personality, const World& world, Globals globals);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Personality& personality;
  const World& world;
  const Globals globals;
  Output out;
  Output err;
  std::vector<std::string> arguments;  // what is neither option nor command name

  // Made when it is first asked for; reads the settings.
  engine::Engine& engine();
  // How a short name is completed: as the settings say, else as the personality does.
  image::NameDefaults names();
  RowContext row_context(bool truncate);

 private:
  engine::Settings settings() const;

  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace cli
