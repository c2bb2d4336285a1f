// Who has which slot of an instance: a file for each in its directory, locked by the process that
// stands for the container in it, and naming that container. A slot whose process has died is not
// free: its container is still in the guest, and whoever takes over takes the slot again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/lock.h"

namespace memres {

class Slot {
 public:
  unsigned number() const { return number_; }
  // Which of the instance's read-only disks its container has (layer_disks.h), from now on.
  void use_disk(unsigned number);
  std::optional<unsigned> disk() const { return disk_; }
  // Its owner has left it clean: it may be another's. What is given up without is still the
  // owner's.
  void give_back() &&;
  // Nobody's until the instance has ended: the guest did not let go of it.
  void quarantine() &&;

 private:
  friend class SlotTable;
  Slot(unsigned number, base::FileLock lock) : number_(number), lock_(std::move(lock)) {}
  unsigned number_;
  base::FileLock lock_;
  std::string owner_;
  std::optional<unsigned> disk_;
};

struct SlotUse {
  unsigned number = 0;
  std::string owner;             // a container's id; "" where it is in quarantine
  std::optional<unsigned> disk;  // the read-only one that the guest may have mounted for it
};

class SlotTable {
 public:
  // `directory` is the instance's (memres/instance.h).
  SlotTable(std::string directory, unsigned count)
      : directory_(std::move(directory)), count_(count) {}

  // The lowest free one becomes `owner`'s. nullopt where there is none.
  std::optional<Slot> take(std::string_view owner) const;
  // The one that is the owner's already, after the process that held it. nullopt where it has none,
  // or somebody holds it still.
  std::optional<Slot> take_again(std::string_view owner) const;
  // The lowest free one for as long as this process holds it, and then free again.
  std::optional<Slot> borrow() const;
  // Those that are not free.
  std::vector<SlotUse> used() const;
  unsigned count() const { return count_; }

 private:
  std::string path(unsigned number) const;
  std::string directory_;
  unsigned count_;
};

// N of the files PREFIX<N>, in order.
std::vector<unsigned> numbered_files(const std::string& directory, std::string_view prefix);

}  // namespace memres
