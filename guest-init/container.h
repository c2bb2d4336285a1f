// One container of the guest: its disks, its root file system, its control group and the files that
// docker writes for it. Its processes are elsewhere.
#pragma once

#include <optional>

#include "guest-init/cgroup.h"
#include "guest-init/guest.h"
#include "guest-init/overlay.h"
#include "guest-init/protocol/spec.h"

namespace guest_init {

class Container {
 public:
  explicit Container(std::uint32_t slot) : slot_(slot), paths_(slot) {}

  protocol::ContainerState state() const;
  bool is_waiting() const { return phase_ == Phase::waiting; }

  // Takes the host's wish; it is then waiting for its disks. False: refused, and failed.
  bool begin(std::span<const std::byte> payload);
  // Goes on where modules and disks are there; fails where the deadline has passed. Looks at the
  // disks again only where `devices_changed`. True when the state has changed.
  bool advance(Guest& guest, bool devices_changed);
  // Milliseconds until advance() must be called whatever happens; -1 where it need not.
  int timeout_ms() const;

  const Failure& failure() const { return failure_; }
  const std::vector<protocol::Timing>& timings() const { return timings_; }
  const ContainerPaths& paths() const { return paths_; }
  const protocol::ContainerSpec& spec() const { return spec_; }
  const Cgroup& cgroup() const { return cgroup_; }

  // Nothing more is written to the disks afterwards, and the slot has none of it. Where false,
  // `failure` tells.
  bool unmount(Guest& guest, Failure& failure);

 private:
  enum class Phase { none, waiting, ready, failed };
  bool prepare(Guest& guest, std::string& missing);
  bool write_files();

  std::uint32_t slot_;
  ContainerPaths paths_;
  Phase phase_ = Phase::none;
  protocol::ContainerSpec spec_;
  std::uint64_t deadline_ns_ = 0;
  static constexpr std::uint64_t never_ns = static_cast<std::uint64_t>(-1);
  std::uint64_t next_look_ns_ = 0;       // at the disks, where no event comes before; 0: at once
  Layers layers_;                        // mounted where there is a directory
  std::optional<std::string> writable_;  // name of the disk, once it is its own
  Failure failure_;
  Cgroup cgroup_;
  std::vector<protocol::Timing> timings_;
};

}  // namespace guest_init
