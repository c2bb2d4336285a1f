#include "monitor/slot_disks.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/failpoint.h"
#include "engine/spec.h"
#include "memres/instance.h"
#include "xen/block_device.h"

namespace monitor {
namespace {

using xen::Access;
using Segments = std::vector<xen::DmSegment>;

constexpr base::Milliseconds disk_limit{60'000};
constexpr std::uint64_t sector = 512;
// What the guest sees, whatever is behind it.
constexpr std::uint64_t read_only_bytes = std::uint64_t{8} << 40;
constexpr std::uint64_t writable_bytes = std::uint64_t{16} << 40;
constexpr std::string_view layers_kind = "r";
constexpr std::string_view writable_kind = "w";

std::string prefix(const base::Uuid& domain) { return "memres-" + domain.text() + "-"; }

Segments nothing(std::uint64_t bytes) { return {{.device = 0, .length = bytes / sector}}; }

Segments writable_segments(const xen::LoopDevice& loop, std::uint64_t bytes) {
  if (bytes >= writable_bytes)
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("a writable disk of {} bytes is too large for a memres", bytes));
  return {{.device = loop.device(), .length = bytes / sector},
          {.device = 0, .length = (writable_bytes - bytes) / sector}};
}

xen::DmDevice device_with(const std::string& name, const Segments& segments, Access access,
                          const base::Deadline& deadline) {
  if (auto there = xen::DmDevice::find(name, deadline)) {
    xen::exchange_dm_table(name, segments, access);
    return std::move(*there);
  }
  xen::DmDevice made = xen::DmDevice::create(name, segments, deadline, access);
  made.keep();
  return made;
}

void clear_one(const std::string& name, std::uint64_t bytes, Access access) {
  try {
    xen::exchange_dm_table(name, nothing(bytes), access);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
  }
}

}  // namespace

std::string SlotDisks::name(std::string_view kind) const {
  const engine::Placement& placement = container_.config.placement;
  return fmt::format("{}{}-{}", prefix(placement.domain), placement.slot, kind);
}

std::vector<std::string> SlotDisks::layers() const {
  return engine::layer_paths(container_.config, places_.data_root);
}

SlotLayersFile SlotDisks::record() const {
  const engine::Placement& placement = container_.config.placement;
  const memres::InstanceStore instances(places_.run_root);
  return SlotLayersFile(
      fmt::format("{}/layers-{}", instances.directory(placement.instance), placement.slot));
}

base::Uuid SlotDisks::choose_guid() const {
  const auto kept = record().read();
  const bool same = kept && kept->layers == layer_identities(layers());
  return same ? kept->guid : base::Uuid::random();
}

void SlotDisks::make() {
  const base::Deadline deadline = base::Deadline::after(disk_limit);
  base::doing("the read-only disk", [&] { make_read_only(deadline); });
  base::failpoint("parent.layers");
  const xen::LoopDevice& writable = loops_.emplace_back(
      base::doing("the writable disk", [&] { return attach_writable(places_, container_); }));
  writable_.emplace(device_with(name(writable_kind),
                                writable_segments(writable, container_.config.storage_size),
                                Access::read_write, deadline));
}

void SlotDisks::make_read_only(const base::Deadline& deadline) {
  const SlotLayersFile file = record();
  const SlotLayers wanted{.guid = container_.config.placement.read_only_disk,
                          .layers = layer_identities(layers())};
  if (file.read() == wanted) {
    auto there = xen::DmDevice::find(name(layers_kind), deadline);
    if (there) return static_cast<void>(read_only_.emplace(std::move(*there)));
  }
  file.forget();
  xen::LayeredTable table = xen::make_layered_table({.layers = layers(),
                                                     .guid = wanted.guid,
                                                     .name = {},
                                                     .run_directory = places_.run_root,
                                                     .total_bytes = read_only_bytes},
                                                    deadline);
  loops_ = std::move(table.loops);
  read_only_.emplace(device_with(name(layers_kind), table.segments, Access::read_only, deadline));
  file.write(wanted);
}

void SlotDisks::offer(xen::XenStore& store, xen::DomainId guest, unsigned first) const {
  const std::vector<unsigned> attached = xen::offered(store, guest);
  std::vector<xen::BlockDevice> fresh;
  const auto add = [&](unsigned index, const xen::DmDevice& device, bool writable) {
    if (std::ranges::find(attached, index) == attached.end())
      fresh.push_back({.guest = guest,
                       .index = index,
                       .path = device.path(),
                       .device = device.device(),
                       .writable = writable});
  };
  add(first, *read_only_, false);
  add(first + 1, *writable_, true);
  if (!fresh.empty()) xen::offer(store, fresh);
}

void SlotDisks::let_go() {
  read_only_.reset();
  writable_.reset();
  loops_.clear();
}

void SlotDisks::clear() const {
  const bool of_image = container_.config.own_layers.empty();
  const auto kept = of_image ? record().read() : std::nullopt;
  if (!kept || !are_same_files(kept->layers)) {
    record().forget();
    clear_one(name(layers_kind), read_only_bytes, Access::read_only);
  }
  clear_one(name(writable_kind), writable_bytes, Access::read_write);
}

void remove_slot_disks(const base::Uuid& domain) {
  for (const std::string& name : xen::list_dm_devices())
    if (name.starts_with(prefix(domain))) xen::remove_dm_device(name);
}

}  // namespace monitor
