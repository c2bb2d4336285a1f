#include "xen/block_device.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include "base/error.h"
#include "tests/support/fake_xenstore.h"

namespace xen {
namespace {

using testing_support::FakeXenStore;

const base::Deadline soon = base::Deadline::after(std::chrono::seconds(1));
constexpr const char* back_end = "/local/domain/0/backend/vbd/7/268435456";
constexpr const char* front_end = "/local/domain/7/device/vbd/268435456";

// With a domain in it.
class GuestStore : public FakeXenStore {
 public:
  GuestStore() { write({.path = "/local/domain/7/vm", .value = "/vm/x", .permissions = {}}); }
  bool has_guest_only() const { return nodes.size() == 1; }
};

BlockDevice example() {
  return {.guest = {7}, .index = 0, .path = "/dev/dm-3", .device = makedev(253, 19)};
}

std::string text_of(const std::vector<Node>& nodes) {
  std::string text;
  for (const Node& node : nodes) {
    text += node.path + "=" + node.value;
    if (node.permissions) text += " (" + to_string(*node.permissions) + ")";
    text += "\n";
  }
  return text;
}

TEST(BlockDevice, writes_what_blkback_blkfront_and_xl_want) {
  EXPECT_EQ(text_of(block_device_nodes(example())), R"(/libxl/7/device/vbd/268435456= (n0)
/libxl/7/device/vbd/268435456/frontend=/local/domain/7/device/vbd/268435456
/libxl/7/device/vbd/268435456/backend=/local/domain/0/backend/vbd/7/268435456
/libxl/7/device/vbd/268435456/frontend-id=7
/libxl/7/device/vbd/268435456/online=1
/libxl/7/device/vbd/268435456/removable=1
/libxl/7/device/vbd/268435456/bootable=1
/libxl/7/device/vbd/268435456/state=1
/libxl/7/device/vbd/268435456/dev=268435456
/libxl/7/device/vbd/268435456/type=phy
/libxl/7/device/vbd/268435456/mode=r
/libxl/7/device/vbd/268435456/device-type=disk
/libxl/7/device/vbd/268435456/discard-enable=1
/libxl/7/device/vbd/268435456/params=/dev/dm-3
/libxl/7/device/vbd/268435456/script=/bin/true
/libxl/7/device/vbd/268435456/physical-device=fd:13
/libxl/7/device/vbd/268435456/physical-device-path=/dev/dm-3
/libxl/7/device/vbd/268435456/hotplug-status=connected
/local/domain/0/backend/vbd/7/268435456= (n0,r7)
/local/domain/0/backend/vbd/7/268435456/frontend=/local/domain/7/device/vbd/268435456
/local/domain/0/backend/vbd/7/268435456/frontend-id=7
/local/domain/0/backend/vbd/7/268435456/online=1
/local/domain/0/backend/vbd/7/268435456/removable=1
/local/domain/0/backend/vbd/7/268435456/bootable=1
/local/domain/0/backend/vbd/7/268435456/state=1
/local/domain/0/backend/vbd/7/268435456/dev=xvda
/local/domain/0/backend/vbd/7/268435456/type=phy
/local/domain/0/backend/vbd/7/268435456/mode=r
/local/domain/0/backend/vbd/7/268435456/device-type=disk
/local/domain/0/backend/vbd/7/268435456/discard-enable=1
/local/domain/0/backend/vbd/7/268435456/params=/dev/dm-3
/local/domain/0/backend/vbd/7/268435456/script=/bin/true
/local/domain/0/backend/vbd/7/268435456/physical-device=fd:13
/local/domain/0/backend/vbd/7/268435456/physical-device-path=/dev/dm-3
/local/domain/0/backend/vbd/7/268435456/hotplug-status=connected
/local/domain/7/device/vbd/268435456= (n0,b7)
/local/domain/7/device/vbd/268435456/backend=/local/domain/0/backend/vbd/7/268435456
/local/domain/7/device/vbd/268435456/backend-id=0
/local/domain/7/device/vbd/268435456/state=1
/local/domain/7/device/vbd/268435456/virtual-device=268435456
/local/domain/7/device/vbd/268435456/device-type=disk
/local/domain/7/device/vbd/268435456/ring-ref=
/local/domain/7/device/vbd/268435456/event-channel=
/local/domain/7/device/vbd/268435456/protocol=
/local/domain/7/device/vbd/268435456/feature-persistent=
)");
}

TEST(BlockDevice, a_writable_disk_differs_by_its_mode_alone) {
  BlockDevice device = example();
  device.writable = true;
  const auto read_only = block_device_nodes(example());
  const auto writable = block_device_nodes(device);
  ASSERT_EQ(read_only.size(), writable.size());
  for (std::size_t i = 0; i < writable.size(); ++i)
    if (writable[i].path.ends_with("/mode"))
      EXPECT_EQ(writable[i].value, "w");
    else
      EXPECT_EQ(writable[i], read_only[i]);
}

TEST(BlockDevice, all_of_the_front_end_is_charged_to_dom0) {
  GuestStore store;
  offer(store, {example()});
  for (const auto& [path, entry] : store.nodes) EXPECT_EQ(entry.permissions.owner, dom0) << path;
  EXPECT_EQ(to_string(store.nodes.at(std::string(front_end) + "/ring-ref").permissions), "n0,b7");
}

TEST(BlockDevice, numbers_and_names_go_on_beyond_26) {
  struct Case {
    unsigned index;
    std::uint32_t number;
    const char* name;
  };
  constexpr Case cases[] = {{0, 268435456, "xvda"},    {1, 268435712, "xvdb"},
                            {20, 268440576, "xvdu"},   {25, 268441856, "xvdz"},
                            {26, 268442112, "xvdaa"},  {701, 268614912, "xvdzz"},
                            {702, 268615168, "xvdaaa"}};
  for (const Case& c : cases) {
    EXPECT_EQ(vdev_number(c.index), c.number);
    EXPECT_EQ(vdev_name(c.index), c.name);
  }
}

TEST(BlockDevice, a_guest_is_reminded_of_a_disk_that_it_may_have_overlooked) {
  GuestStore store;
  BlockDevice second = example();
  second.index = 1;
  offer(store, {example(), second});
  store.write({"/local/domain/7/device/vbd/268435712/state", "3", {}});
  std::vector<std::string> written;
  for (const char* path : {front_end, "/local/domain/7/device/vbd/268435712"})
    store.reactions[std::string(path) + "/device-type"] = [&written, path](FakeXenStore&,
                                                                           const std::string& now) {
      written.push_back(path + ("=" + now));
    };
  const auto before = store.nodes.size();
  remind(store, {7});
  remind(store, {8});
  EXPECT_EQ(written, std::vector<std::string>{std::string(front_end) + "=disk"});
  EXPECT_EQ(store.nodes.size(), before);
}

TEST(BlockDevice, a_back_end_that_connects_ends_the_wait) {
  GuestStore store;
  offer(store, {example()});
  EXPECT_THROW(wait_connected(store, {example()}, soon), base::Error);
  store.write({std::string(back_end) + "/state", "4", {}});
  wait_connected(store, {example()}, soon);
}

TEST(BlockDevice, a_back_end_that_gives_up_is_quoted) {
  GuestStore store;
  offer(store, {example()});
  store.write({std::string(back_end) + "/state", "5", {}});
  store.write({"/local/domain/0/error/backend/vbd/7/268435456/error", "2 creating vbd\x1b[2J", {}});
  try {
    wait_connected(store, {example()}, soon);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.message(), "the back end of disk xvda gave up: 2 creating vbd\\x1b[2J");
  }
}

TEST(BlockDevice, what_keeps_it_from_being_connected_is_told_at_once) {
  GuestStore store;
  EXPECT_EQ(connection_trouble(store, {7}, 0),
            "the back end of disk xvda gave up: it gave no reason");
  offer(store, {example()});
  EXPECT_EQ(connection_trouble(store, {7}, 0), "the guest did not take its disk xvda in time");
  store.write({std::string(back_end) + "/state", "4", {}});
  EXPECT_EQ(connection_trouble(store, {7}, 0), "");
}

TEST(BlockDevice, a_guest_that_lets_go_loses_all_nodes) {
  GuestStore store;
  offer(store, {example()});
  store.reactions[std::string(back_end) + "/state"] = [](FakeXenStore& s, const std::string& now) {
    if (now == "5") s.write({std::string(back_end) + "/state", "6", {}});
  };
  EXPECT_TRUE(detach(store, {7}, {0}, soon));
  EXPECT_TRUE(store.has_guest_only());
}

TEST(BlockDevice, a_guest_that_refuses_keeps_its_disk_until_it_is_forced) {
  GuestStore store;
  offer(store, {example()});
  EXPECT_FALSE(detach(store, {7}, {0}, soon));
  EXPECT_EQ(store.read(std::string(back_end) + "/online"), "0");
  EXPECT_EQ(offered(store, {7}), std::vector<unsigned>{0});
  force_remove(store, {7}, {0});
  EXPECT_TRUE(store.has_guest_only());
  force_remove(store, {7}, {0});
  EXPECT_TRUE(detach(store, {7}, {0}, soon));
}

TEST(BlockDevice, a_guest_that_runs_no_more_has_its_disks_closed_for_it) {
  GuestStore store;
  close_for_guest(store, {7});
  EXPECT_TRUE(store.has_guest_only()) << "none";
  EXPECT_TRUE(wait_closed(store, {7}, soon)) << "none";
  offer(store, {example()});
  close_for_guest(store, {7});
  EXPECT_FALSE(wait_closed(store, {7}, soon)) << "a back end that does not answer";
  store.reactions[std::string(front_end) + "/state"] = [](FakeXenStore& s, const std::string& now) {
    EXPECT_EQ(s.read(std::string(back_end) + "/online"), "0");
    if (now == "6") s.write({std::string(back_end) + "/state", "6", {}});
  };
  close_for_guest(store, {7});
  EXPECT_TRUE(wait_closed(store, {7}, soon));
}

TEST(BlockDevice, those_offered_are_listed_by_index) {
  GuestStore store;
  BlockDevice second = example();
  second.index = 11;
  offer(store, {second, example()});
  store.write({"/local/domain/0/backend/vbd/7/51712/state", "4", {}});  // not ours
  EXPECT_EQ(offered(store, {7}), (std::vector<unsigned>{0, 11}));
  EXPECT_TRUE(offered(store, {8}).empty());
}

TEST(BlockDevice, a_domain_that_somebody_destroyed_is_offered_nothing) {
  GuestStore store;
  store.remove("/local/domain/7");
  try {
    offer(store, {example()});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::not_found);
    EXPECT_EQ(error.message(), "domain 7 is gone");
  }
  EXPECT_TRUE(store.nodes.empty());
}

TEST(BlockDevice, other_writers_do_not_keep_a_disk_from_being_offered) {
  GuestStore store;
  store.conflicts = 5;
  offer(store, {example()});
  EXPECT_EQ(store.read(std::string(back_end) + "/state"), "1");
}

}  // namespace
}  // namespace xen
