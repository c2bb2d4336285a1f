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
constexpr base::Milliseconds detach_limit{5'000};
constexpr std::uint64_t sector = 512;
// What the guest sees, whatever is behind it.
constexpr std::uint64_t read_only_bytes = std::uint64_t{8} << 40;
constexpr std::uint64_t writable_bytes = std::uint64_t{16} << 40;
constexpr std::size_t most_left = 16;  // at once; the rest with the next container
constexpr std::string_view layers_kind = "r";
constexpr std::string_view writable_kind = "w";

unsigned index_of_layers(unsigned disk) { return 2 * disk; }
unsigned index_of_writable(unsigned slot) { return 2 * slot + 1; }

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

std::string SlotDisks::directory() const {
  return memres::InstanceStore(places_.run_root).directory(container_.config.placement.instance);
}
memres::LayerDisks SlotDisks::layer_disks() const { return memres::LayerDisks(directory()); }
std::vector<memres::SlotUse> SlotDisks::used_slots() const {
  return memres::SlotTable(directory(), memres::most_slots).used();
}

std::string SlotDisks::name(unsigned number, std::string_view kind) const {
  return fmt::format("{}{}-{}", prefix(container_.config.placement.domain), number, kind);
}

base::Uuid SlotDisks::take_layers(memres::Slot& slot) {
  const base::Deadline deadline = base::Deadline::after(disk_limit);
  const memres::LayerDisks disks = layer_disks();
  const auto wanted =
      memres::layer_identities(engine::layer_paths(container_.config, places_.data_root));
  const base::FileLock lock = disks.lock(deadline);
  if (const auto there = disks.find(wanted)) {
    if (auto device = xen::DmDevice::find(name(there->number, layers_kind), deadline)) {
      read_only_.emplace(std::move(*device));
      slot.use_disk(there->number);
      return there->guid;
    }
  }
  const memres::LayerDisk fresh{
      .number = disks.choose(used_slots()), .guid = base::Uuid::random(), .layers = wanted};
  slot.use_disk(fresh.number);
  put_layers_on(fresh.number, fresh.guid, deadline);
  disks.write(fresh);
  return fresh.guid;
}

void SlotDisks::put_layers_on(unsigned number, const base::Uuid& guid,
                              const base::Deadline& deadline) {
  const xen::LayeredTable table =
      xen::make_layered_table({.layers = engine::layer_paths(container_.config, places_.data_root),
                               .guid = guid,
                               .name = {},
                               .run_directory = places_.run_root,
                               .total_bytes = read_only_bytes},
                              deadline);
  base::failpoint("parent.layers");
  read_only_.emplace(
      device_with(name(number, layers_kind), table.segments, Access::read_only, deadline));
}

void SlotDisks::make_writable(const memres::Slot& slot) {
  loop_.emplace(
      base::doing("the writable disk", [&] { return attach_writable(places_, container_); }));
  writable_.emplace(device_with(name(slot.number(), writable_kind),
                                writable_segments(*loop_, container_.config.storage_size),
                                Access::read_write, base::Deadline::after(disk_limit)));
}

void SlotDisks::offer(xen::XenStore& store, xen::DomainId guest, const memres::Slot& slot) const {
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
  add(index_of_layers(slot.disk().value()), *read_only_, false);
  add(index_of_writable(slot.number()), *writable_, true);
  if (!fresh.empty()) xen::offer(store, fresh);
}

std::vector<unsigned> SlotDisks::attached(xen::XenStore& store, xen::DomainId guest,
                                          const memres::Slot& slot) const {
  std::vector<unsigned> indexes = xen::offered(store, guest);
  std::erase_if(indexes, [&](unsigned index) {
    return index != index_of_writable(slot.number()) &&
           (!slot.disk() || index != index_of_layers(*slot.disk()));
  });
  return indexes;
}

std::string SlotDisks::trouble(xen::XenStore& store, xen::DomainId guest,
                               const memres::Slot& slot) const {
  for (const unsigned index : attached(store, guest, slot)) {
    std::string trouble = xen::connection_trouble(store, guest, index);
    if (!trouble.empty()) return trouble;
  }
  return {};
}

void SlotDisks::detach(xen::XenStore& store, xen::DomainId guest, const memres::Slot& slot) const {
  const base::FileLock lock = layer_disks().lock(base::Deadline::after(disk_limit));
  std::vector<unsigned> lost = attached(store, guest, slot);
  for (const memres::SlotUse& other : slots_beside(slot))
    if (other.disk) std::erase(lost, index_of_layers(*other.disk));
  std::erase_if(
      lost, [&](unsigned index) { return xen::connection_trouble(store, guest, index).empty(); });
  if (lost.empty()) return;
  if (!xen::detach(store, guest, lost, base::Deadline::after(detach_limit)))
    xen::force_remove(store, guest, lost);
}

void SlotDisks::let_go() {
  read_only_.reset();
  writable_.reset();
  loop_.reset();
}

void SlotDisks::clear(const memres::Slot& slot) const {
  clear_one(name(slot.number(), writable_kind), writable_bytes, Access::read_write);
  clear_layers(slot);
}

std::vector<memres::SlotUse> SlotDisks::slots_beside(const memres::Slot& slot) const {
  std::vector<memres::SlotUse> used = used_slots();
  std::erase_if(used, [&](const memres::SlotUse& use) { return use.number == slot.number(); });
  return used;
}

std::vector<base::Uuid> SlotDisks::leave(const memres::Slot& slot) {
  const memres::LayerDisks disks = layer_disks();
  const base::FileLock lock = disks.lock(base::Deadline::after(disk_limit));
  const std::vector<memres::SlotUse> others = slots_beside(slot);
  unwanted_ = disks.unwanted(others);
  // Nobody else's, whose files go with the container.
  if (auto own = slot.disk() ? disks.read(*slot.disk()) : std::nullopt)
    if (!container_.config.own_layers.empty()) unwanted_.push_back(std::move(*own));
  if (unwanted_.size() > most_left) unwanted_.resize(most_left);
  std::vector<base::Uuid> guids;
  for (const memres::LayerDisk& disk : unwanted_) guids.push_back(disk.guid);
  return guids;
}

// One that somebody has taken meanwhile stays, though he may have left it again: the guest may have
// it mounted. One without a record was never finished, and the guest has not heard of it.
void SlotDisks::clear_layers(const memres::Slot& slot) const {
  const memres::LayerDisks disks = layer_disks();
  const base::FileLock lock = disks.lock(base::Deadline::after(disk_limit));
  const std::vector<memres::SlotUse> others = slots_beside(slot);
  const auto clear_unused = [&](unsigned number) {
    const auto has = [&](const memres::SlotUse& use) { return use.disk == number; };
    if (std::ranges::any_of(others, has)) return;
    disks.forget(number);
    clear_one(name(number, layers_kind), read_only_bytes, Access::read_only);
  };
  for (const memres::LayerDisk& disk : unwanted_) {
    const auto now = disks.read(disk.number);
    if (now && now->guid == disk.guid && now->taken == disk.taken) clear_unused(disk.number);
  }
  if (slot.disk() && !disks.read(*slot.disk())) clear_unused(*slot.disk());
}

void remove_slot_disks(const base::Uuid& domain) {
  for (const std::string& name : xen::list_dm_devices())
    if (name.starts_with(prefix(domain))) xen::remove_dm_device(name);
}

}  // namespace monitor
