// `ps --filter KEY=VALUE`, as docker and podman read it: of a key that is given several times one
// value is enough (but every label is wanted), and every key.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/container.h"

namespace cli {

class ContainerFilter {
 public:
  // Why not, where it is none.
  std::optional<std::string> add(std::string_view text);

  // It says which states are wanted: not only what runs.
  bool names_states() const;
  // `all`: where `before` and `since` find the containers that they name.
  std::vector<engine::Container> apply(const std::vector<engine::Container>& all) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> wanted_;
};

}  // namespace cli
