#include "xen/block_device.h"

#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace xen {
namespace {

// xenbus_state (xen/include/public/io/xenbus.h).
constexpr const char* state_initialising = "1";
constexpr const char* state_connected = "4";
constexpr const char* state_closing = "5";
constexpr const char* state_closed = "6";

constexpr const char* disk_type = "disk";

std::string front_end(DomainId guest, unsigned index) {
  return fmt::format("{}/device/vbd/{}", domain_path(guest), vdev_number(index));
}

std::string back_ends(DomainId guest) {
  return fmt::format("{}/backend/vbd/{}", domain_path(dom0), guest.number);
}

std::string back_end(DomainId guest, unsigned index) {
  return fmt::format("{}/{}", back_ends(guest), vdev_number(index));
}

std::string libxl_record(DomainId guest, unsigned index) {
  return fmt::format("/libxl/{}/device/vbd/{}", guest.number, vdev_number(index));
}

using Members = std::vector<std::pair<const char*, std::string>>;

void append(std::vector<Node>& nodes, const std::string& directory,
            const std::optional<Permissions>& permissions, const Members& members) {
  nodes.push_back({.path = directory, .value = "", .permissions = permissions});
  for (const auto& [name, value] : members)
    nodes.push_back({.path = directory + "/" + name, .value = value});
}

// What blkfront reads and, created empty, what it writes.
Members front_end_members(const BlockDevice& device) {
  return {
      {"backend", back_end(device.guest, device.index)},
      {"backend-id", to_string(dom0)},
      {"state", state_initialising},
      {"virtual-device", fmt::format("{}", vdev_number(device.index))},
      {"device-type", disk_type},
      {"ring-ref", ""},
      {"event-channel", ""},
      {"protocol", ""},
      {"feature-persistent", ""},
  };
}

// What blkback reads, and what libxl reads of a back end: it calls the script that is named here
// whenever it takes a vbd away.
Members back_end_members(const BlockDevice& device) {
  return {
      {"frontend", front_end(device.guest, device.index)},
      {"frontend-id", to_string(device.guest)},
      {"online", "1"},
      {"removable", "1"},
      {"bootable", "1"},
      {"state", state_initialising},
      {"dev", vdev_name(device.index)},
      {"type", "phy"},
      {"mode", device.writable ? "w" : "r"},
      {"device-type", disk_type},
      {"discard-enable", "1"},
      {"params", device.path},
      {"script", no_script},
      {"physical-device", fmt::format("{:x}:{:x}", major(device.device), minor(device.device))},
      {"physical-device-path", device.path},
      {"hotplug-status", "connected"},
  };
}

// libxl's own copy, for `xl block-list` and `xl destroy`. It would read "xvda" as the old number.
Members libxl_members(const BlockDevice& device) {
  Members members = {
      {"frontend", front_end(device.guest, device.index)},
      {"backend", back_end(device.guest, device.index)},
  };
  for (auto& [name, value] : back_end_members(device)) {
    const std::string_view key = name;
    if (key == "dev") value = fmt::format("{}", vdev_number(device.index));
    if (key != "frontend") members.emplace_back(name, std::move(value));
  }
  return members;
}

// For messages; the words are the back end's own (xenbus_dev_error).
std::string back_end_error(XenStore& store, DomainId guest, unsigned index) {
  auto words = store.read(fmt::format("{}/error/backend/vbd/{}/{}/error", domain_path(dom0),
                                      guest.number, vdev_number(index)));
  return base::printable(words.value_or("it gave no reason"));
}

// Whoever destroyed it has taken its nodes away, and would not come again for ours.
void require_guest(XenStoreAccess& access, DomainId guest) {
  if (!access.read(domain_path(guest) + "/vm"))
    throw base::Error(base::ErrorKind::not_found,
                      fmt::format("domain {} is gone", to_string(guest)));
}

std::string not_taken(unsigned index) {
  return fmt::format("the guest did not take its disk {} in time", vdev_name(index));
}

std::string given_up(XenStore& store, DomainId guest, unsigned index) {
  return fmt::format("the back end of disk {} gave up: {}", vdev_name(index),
                     back_end_error(store, guest, index));
}

void wait_connected(XenStore& store, const BlockDevice& device, const base::Deadline& deadline) {
  const std::string path = back_end(device.guest, device.index) + "/state";
  auto decided = [](const std::optional<std::string>& state) {
    return !state || *state == state_connected || *state == state_closing || *state == state_closed;
  };
  auto seen = store.wait_until(path, decided, deadline);
  if (!seen) throw base::Error(base::ErrorKind::unavailable, not_taken(device.index));
  if (seen->value != state_connected)
    throw base::Error(given_up(store, device.guest, device.index));
}

bool wait_closed(XenStore& store, DomainId guest, unsigned index, const base::Deadline& deadline) {
  const auto closed = [](const std::optional<std::string>& state) {
    return !state || *state == state_closed;
  };
  return store.wait_until(back_end(guest, index) + "/state", closed, deadline).has_value();
}

}  // namespace

std::uint32_t vdev_number(unsigned index) { return 1u << 28 | index << 8; }

std::string vdev_name(unsigned index) {
  std::string letters;
  for (unsigned rest = index + 1; rest > 0; rest = (rest - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('a' + (rest - 1) % 26));
  return "xvd" + letters;
}

std::vector<Node> block_device_nodes(const BlockDevice& device) {
  // Owned by dom0: a full quota of the guest's can then not keep a disk from being attached.
  const Permissions for_front_end{.owner = dom0,
                                  .grants = {{device.guest, Permissions::Access::both}}};
  const Permissions for_back_end{.owner = dom0,
                                 .grants = {{device.guest, Permissions::Access::read}}};
  std::vector<Node> nodes;
  append(nodes, libxl_record(device.guest, device.index), Permissions{.owner = dom0},
         libxl_members(device));
  append(nodes, back_end(device.guest, device.index), for_back_end, back_end_members(device));
  append(nodes, front_end(device.guest, device.index), for_front_end, front_end_members(device));
  return nodes;
}

void offer(XenStore& store, const std::vector<BlockDevice>& devices) {
  std::vector<Node> nodes;
  for (const BlockDevice& device : devices)
    for (Node& node : block_device_nodes(device)) nodes.push_back(std::move(node));
  store.transaction([&](XenStoreAccess& access) {
    for (const BlockDevice& device : devices) require_guest(access, device.guest);
    access.write_nodes(nodes);
  });
}

void remind(XenStore& store, DomainId guest) {
  for (const unsigned index : offered(store, guest)) {
    const std::string path = front_end(guest, index);
    store.transaction([&](XenStoreAccess& access) {
      if (access.read(path + "/state") == state_initialising)
        access.write({.path = path + "/device-type", .value = disk_type});
    });
  }
}

void wait_connected(XenStore& store, const std::vector<BlockDevice>& devices,
                    const base::Deadline& deadline) {
  for (const BlockDevice& device : devices) wait_connected(store, device, deadline);
}

std::string connection_trouble(XenStore& store, DomainId guest, unsigned index) {
  const auto state = store.read(back_end(guest, index) + "/state");
  if (state == state_connected) return {};
  const bool gave_up = !state || state == state_closing || state == state_closed;
  return gave_up ? given_up(store, guest, index) : not_taken(index);
}

bool detach(XenStore& store, DomainId guest, const std::vector<unsigned>& indexes,
            const base::Deadline& deadline) {
  store.transaction([&](XenStoreAccess& access) {
    std::vector<Node> nodes;
    for (const unsigned index : indexes) {
      const std::string path = back_end(guest, index);
      if (!access.read(path + "/state")) continue;
      nodes.push_back({.path = path + "/online", .value = "0"});
      nodes.push_back({.path = path + "/state", .value = state_closing});
    }
    access.write_nodes(nodes);
  });
  const bool closed = std::ranges::all_of(
      indexes, [&](unsigned index) { return wait_closed(store, guest, index, deadline); });
  if (closed) force_remove(store, guest, indexes);
  return closed;
}

void close_for_guest(XenStore& store, DomainId guest) {
  std::vector<Node> nodes;
  for (const unsigned index : offered(store, guest)) {
    nodes.push_back({.path = back_end(guest, index) + "/online", .value = "0"});
    nodes.push_back({.path = front_end(guest, index) + "/state", .value = state_closed});
  }
  if (!nodes.empty()) store.write_all(nodes);
}

bool wait_closed(XenStore& store, DomainId guest, const base::Deadline& deadline) {
  return std::ranges::all_of(offered(store, guest), [&](unsigned index) {
    return wait_closed(store, guest, index, deadline);
  });
}

void force_remove(XenStore& store, DomainId guest, const std::vector<unsigned>& indexes) {
  std::vector<std::string> doomed;
  for (const unsigned index : indexes)
    for (const std::string& path :
         {front_end(guest, index), libxl_record(guest, index), back_end(guest, index)})
      doomed.push_back(path);
  store.transaction([&](XenStoreAccess& access) {
    access.remove_all(doomed);
    // xl takes empty directories away only together with a device.
    if (const std::string all = back_ends(guest); access.list(all).empty()) access.remove(all);
  });
}

std::vector<unsigned> offered(XenStore& store, DomainId guest) {
  std::vector<unsigned> indexes;
  for (const std::string& name : store.list(back_ends(guest))) {
    auto number = base::parse_number<std::uint32_t>(name);
    if (number && *number >= vdev_number(0) && *number % 256 == 0)
      indexes.push_back((*number - vdev_number(0)) / 256);
  }
  std::sort(indexes.begin(), indexes.end());
  return indexes;
}

}  // namespace xen
