// `ps --filter KEY=VALUE`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/filter.h"
#include "engine/container.h"

namespace cli {

class ContainerFilter {
 public:
  using Values = FilterValues<engine::Container, std::vector<engine::Container>>;
  ContainerFilter();

  // Why not, where it is none.
  std::optional<std::string> add(std::string_view text) { return wanted_.add(text); }

  // It says which states are wanted: not only what runs.
  bool names_states() const { return wanted_.names_states(); }
  // `all`: where `before` and `since` find the containers that they name.
  std::vector<engine::Container> apply(const std::vector<engine::Container>& all) const;

 private:
  Values wanted_;
};

}  // namespace cli
