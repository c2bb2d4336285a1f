// The read-only disks of an instance: each has the layers of one image, for all containers that
// have the same. What is on which lies in a file for each in the instance's directory
// (docs/state.md); which are in use, the slots tell (slots.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/lock.h"
#include "base/random.h"
#include "memres/slots.h"

namespace memres {

struct LayerDisk {
  unsigned number = 0;
  base::Uuid guid;                  // of the disk, a new one for each contents
  std::vector<std::string> layers;  // layer_identities(), the lowest first
  std::int64_t taken = 0;           // when it last was, by the clock of files, in ns
};

// Of the very files, which may be made again under the same path. Throws where one is missing.
std::vector<std::string> layer_identities(const std::vector<std::string>& paths);
// What is there is still what was there.
bool are_same_files(const std::vector<std::string>& identities);

class LayerDisks {
 public:
  // `directory` is the instance's.
  explicit LayerDisks(std::string directory) : directory_(std::move(directory)) {}

  // Who chooses one, or exchanges what is on it, holds this meanwhile. Throws unavailable at the
  // deadline.
  base::FileLock lock(const base::Deadline& deadline) const;

  // The one that has just these.
  std::optional<LayerDisk> find(const std::vector<std::string>& layers) const;
  std::optional<LayerDisk> read(unsigned number) const;
  // One that has nothing and that no slot in use names.
  unsigned choose(const std::vector<SlotUse>& used) const;
  // Of those that no slot in use names: the ones whose files are no longer what they were, and all
  // but the few that were used last, which are kept for the next container.
  std::vector<LayerDisk> unwanted(const std::vector<SlotUse>& used) const;
  // Written once the disk is so, and forgotten before it is anything else.
  void write(const LayerDisk& disk) const;
  void forget(unsigned number) const;

 private:
  std::string path(unsigned number) const;
  std::string directory_;
};

}  // namespace memres
