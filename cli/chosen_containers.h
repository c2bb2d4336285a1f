// Containers by other means than their names, as podman has them: --all, --latest, --filter.
#pragma once

#include <string>
#include <vector>

#include "cli/container_filter.h"
#include "cli/context.h"
#include "cli/options.h"

namespace cli {

class ChosenContainers {
 public:
  // Which of them --all means.
  using Meant = bool (*)(const engine::State& state);

  // `letter`: of --all, 0 where another option has it. Binds to this object.
  void declare(Options& options, char letter);
  // --cidfile: files with ids in them, beside names.
  void declare_files(Options& options);

  // As if --all were given.
  void choose_all() { all_ = true; }

  // Some were chosen without a name.
  bool any() const { return all_ || latest_ || filtered_ || !id_files_.empty(); }
  // Puts their ids where the command's arguments are; does nothing where none were chosen. Throws
  // usage where there are names as well.
  void choose(Context& context, Meant meant) const;

 private:
  ContainerFilter filter_;
  std::vector<std::string> id_files_;
  bool filtered_ = false;
  bool all_ = false;
  bool latest_ = false;
};

// All of them, the one that was made last first.
std::vector<engine::Container> containers_by_age(Context& context);

// The command's arguments; with `latest`, behind the id of the container that was made last. Throws
// not_found where there is none.
std::vector<std::string> arguments_with(Context& context, bool latest);

}  // namespace cli
