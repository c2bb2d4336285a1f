// What is on the read-only disk of a memres' slot, from one container to the next: where both have
// the same layers, it stays, and so does its GUID.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"

namespace monitor {

struct SlotLayers {
  base::Uuid guid;                  // of the disk
  std::vector<std::string> layers;  // layer_identities(), lowest first
  bool operator==(const SlotLayers&) const = default;
};

// Of the very files, which may be made again under the same path. Throws where one is missing.
std::vector<std::string> layer_identities(const std::vector<std::string>& paths);
// What is there is still what was there.
bool are_same_files(const std::vector<std::string>& identities);

// The record, a file beside the slot's (docs/state.md). Written after the disk is what it says, and
// removed before it is anything else.
class SlotLayersFile {
 public:
  explicit SlotLayersFile(std::string path) : path_(std::move(path)) {}
  // nullopt where that is not known.
  std::optional<SlotLayers> read() const;
  void write(const SlotLayers& layers) const;
  void forget() const;

 private:
  std::string path_;
};

}  // namespace monitor
