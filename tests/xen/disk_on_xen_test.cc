// Disks of a real guest: many layers in one, attached before and after its start, taken away.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/guest.h"
#include "xen/block_device.h"
#include "xen/domain_removal.h"
#include "xen/domain_traces.h"
#include "xen/layered_disk.h"

namespace xen {
namespace {

using testing_support::shell;
using testing_support::within;

class DiskOnXen : public testing_support::OnXen {
 protected:
  LayeredDisk disk(const std::vector<std::string>& contents) {
    std::vector<std::string> layers;
    layers.reserve(contents.size());
    for (const std::string& content : contents) layers.push_back(files_->layer(content));
    name_ = "test-" + base::random_hex(4);
    return LayeredDisk::assemble({.layers = layers,
                                  .guid = base::Uuid::random(),
                                  .name = name_,
                                  .run_directory = files_->path()},
                                 within(30));
  }
  static BlockDevice vbd(DomainId guest, unsigned index, const LayeredDisk& disk) {
    return {.guest = guest, .index = index, .path = disk.path(), .device = disk.device()};
  }
  static bool is_mapped(const std::string& name) {
    const std::vector<std::string> names = list_dm_devices();
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  // A guest that has a disk of one layer, which will go with it.
  DomainId start_with_disk(const DomainConfig& wanted) {
    const DomainId guest = create(wanted);
    LayeredDisk layered = disk({"one"});
    const std::vector<BlockDevice> devices = {vbd(guest, 0, layered)};
    offer(*store_, devices);
    hypervisor_->unpause(guest);
    wait_connected(*store_, devices, within(60));
    layered.defer_removal();
    return guest;
  }
  // Nothing is left of it: no mapped device, no loop. Others may work in this dom0 too.
  void expect_no_devices() {
    const std::string loops = "losetup -a | grep -F '" + files_->path() + "' || true";
    const base::Deadline deadline = within(30);
    while ((is_mapped(name_) || !shell(loops).empty()) && !deadline.expired()) shell("sleep 0.1");
    EXPECT_FALSE(is_mapped(name_)) << shell("dmsetup info; dmsetup table");
    EXPECT_EQ(shell(loops), "");
  }
  // Neither in xenstore nor in libxl's files nor in the kernel.
  void expect_nothing_of(DomainId guest, const base::Uuid& uuid) {
    const std::string number = to_string(guest);
    for (const std::string& path :
         {"/libxl/" + number, domain_path(guest), "/vm/" + uuid.text(),
          "/local/domain/0/backend/vbd/" + number, "/local/domain/0/backend/console/" + number})
      EXPECT_FALSE(store_->read(path)) << path;
    for (const std::string& name : base::list_directory(libxl_directory))
      EXPECT_EQ(name.find(uuid.text()), std::string::npos) << name;
    expect_no_devices();
  }
  std::string name_;
};

TEST_F(DiskOnXen, many_layers_are_one_disk_that_outlives_our_hold_on_it) {
  const DomainId guest = create(config());
  base::Stopwatch watch;
  auto layered = std::make_unique<LayeredDisk>(disk({"one", "two", "three"}));
  std::printf("assemble 3 layers %lld us\n", static_cast<long long>(watch.lap().count()));
  const std::vector<BlockDevice> devices = {vbd(guest, 0, *layered)};
  watch.lap();
  const std::uint64_t requests = store_->requests();
  offer(*store_, devices);
  std::printf("offer %lld us, %llu requests\n", static_cast<long long>(watch.lap().count()),
              static_cast<unsigned long long>(store_->requests() - requests));
  Console kernel = console(guest);
  hypervisor_->unpause(guest);
  wait_connected(*store_, devices, within(60));
  layered->defer_removal();
  layered.reset();
  EXPECT_TRUE(says(kernel, "guest: xvda1 one"));
  EXPECT_TRUE(says(kernel, "guest: xvda2 two"));
  EXPECT_TRUE(says(kernel, "guest: xvda3 three"));
  EXPECT_TRUE(is_mapped(name_));
  const std::string listed = shell("xl block-list " + to_string(guest));
  EXPECT_NE(listed.find("268435456"), std::string::npos) << listed;
  EXPECT_EQ(shell("xl destroy " + to_string(guest) + " 2>&1"), "");
  EXPECT_TRUE(offered(*store_, guest).empty());
  expect_no_devices();
}

TEST_F(DiskOnXen, a_domain_is_removed_with_its_disks) {
  for (const bool foreign : {false, true}) {
    const DomainConfig wanted = config();
    const DomainId guest = start_with_disk(wanted);
    if (foreign)
      store_->write(
          {"/libxl/" + to_string(guest) + "/device/vbd/268435456/script", "/bin/echo", {}});
    base::Stopwatch watch;
    remove_domain({*hypervisor_, *store_, *xl_}, *hypervisor_->find(guest));
    std::printf("removal %lld ms\n", static_cast<long long>(watch.lap().count() / 1000));
    EXPECT_TRUE(goes(guest));
    expect_nothing_of(guest, wanted.uuid);
  }
}

// As by a process that was killed between the two steps.
TEST_F(DiskOnXen, what_a_removal_left_behind_is_found_when_the_domain_is_gone) {
  const DomainConfig wanted = config();
  const DomainId guest = start_with_disk(wanted);
  { DomainRemoval({*hypervisor_, *store_, *xl_}, *hypervisor_->find(guest)).begin(); }
  EXPECT_TRUE(goes(guest));
  EXPECT_TRUE(store_->read(domain_path(guest) + "/vm"));
  remove_remains(*store_, wanted.uuid);
  expect_nothing_of(guest, wanted.uuid);
  remove_remains(*store_, wanted.uuid);
}

// The back end is in the middle of writing its nodes then, and must not write them after all is
// gone.
TEST_F(DiskOnXen, a_domain_is_removed_while_its_disk_connects) {
  for (int round = 0; round < 6; ++round) {
    const DomainId guest = create(config());
    auto layered = std::make_unique<LayeredDisk>(disk({"one"}));
    offer(*store_, {vbd(guest, 0, *layered)});
    hypervisor_->unpause(guest);
    const auto initialised = [](const std::optional<std::string>& state) { return state == "3"; };
    ASSERT_TRUE(store_->wait_until(domain_path(guest) + "/device/vbd/268435456/state", initialised,
                                   within(60)));
    std::this_thread::sleep_for(std::chrono::milliseconds(5 * round));
    remove_domain({*hypervisor_, *store_, *xl_}, *hypervisor_->find(guest));
    layered->defer_removal();
    layered.reset();
    EXPECT_TRUE(goes(guest));
    expect_no_devices();
    EXPECT_TRUE(offered(*store_, guest).empty()) << round;
  }
}

TEST_F(DiskOnXen, a_disk_comes_and_goes_while_the_guest_runs) {
  const DomainId guest = create(config());
  Console kernel = console(guest);
  hypervisor_->unpause(guest);
  ASSERT_TRUE(says(kernel, "guest: up"));
  for (int round = 0; round < 3; ++round) {
    for (unsigned index : {0u, 5u}) {
      heard_.clear();
      LayeredDisk layered = disk({"one", "two"});
      base::Stopwatch watch;
      offer(*store_, {vbd(guest, index, layered)});
      wait_connected(*store_, {vbd(guest, index, layered)}, within(30));
      std::printf("attach %lld ms", static_cast<long long>(watch.lap().count() / 1000));
      layered.defer_removal();
      EXPECT_TRUE(says(kernel, "guest: " + vdev_name(index) + "2 two"));
      watch.lap();
      EXPECT_TRUE(detach(*store_, guest, {index}, within(30)));
      std::printf(", detach %lld ms\n", static_cast<long long>(watch.lap().count() / 1000));
      EXPECT_TRUE(says(kernel, "guest: " + vdev_name(index) + " gone"));
      EXPECT_TRUE(offered(*store_, guest).empty());
    }
  }
  expect_no_devices();
}

TEST_F(DiskOnXen, disks_beyond_26_appear_under_their_names) {
  const DomainId guest = create(config());
  const LayeredDisk layered = disk({"one"});
  std::vector<BlockDevice> devices;
  for (unsigned index = 0; index < 30; index += 7) devices.push_back(vbd(guest, index, layered));
  offer(*store_, devices);
  Console kernel = console(guest);
  hypervisor_->unpause(guest);
  wait_connected(*store_, devices, within(60));
  for (const char* name : {"xvda1 one", "xvdh1 one", "xvdo1 one", "xvdv1 one", "xvdac1 one"})
    EXPECT_TRUE(says(kernel, std::string("guest: ") + name));
}

TEST_F(DiskOnXen, what_the_guest_writes_reaches_the_file) {
  const std::string file = files_->path() + "/writable";
  shell("truncate -s 64M " + file + " && mke2fs -q -t ext4 " + file);
  const DomainId guest = create(config());
  Console kernel = console(guest);
  {
    const LoopDevice loop =
        LoopDevice::attach(base::open_file(file, O_RDWR).get(), Access::read_write);
    const BlockDevice device{
        .guest = guest, .index = 1, .path = loop.path(), .device = loop.device(), .writable = true};
    offer(*store_, {device});
    hypervisor_->unpause(guest);
    wait_connected(*store_, {device}, within(60));
  }
  EXPECT_TRUE(says(kernel, "guest: xvdb written"));
  EXPECT_TRUE(detach(*store_, guest, {1}, within(30)));
  expect_no_devices();
  EXPECT_EQ(shell("debugfs -R 'cat content' " + file + " 2>/dev/null"), "written");
}

TEST_F(DiskOnXen, a_guest_that_has_filled_its_quota_still_gets_its_disk) {
  const DomainId guest = create(config());
  const Permissions of_guest{.owner = guest};
  std::vector<Node> nodes = {{domain_path(guest) + "/data/fill", "", of_guest}};
  for (int i = 0; i < 1100; ++i)
    nodes.push_back({fmt::format("{}/data/fill/{}", domain_path(guest), i), "x", of_guest});
  store_->write_all(nodes);
  const LayeredDisk layered = disk({"one"});
  offer(*store_, {vbd(guest, 0, layered)});
  Console kernel = console(guest);
  hypervisor_->unpause(guest);
  wait_connected(*store_, {vbd(guest, 0, layered)}, within(60));
  EXPECT_TRUE(says(kernel, "guest: xvda1 one"));
}

TEST_F(DiskOnXen, a_guest_that_does_not_answer_loses_its_disk_by_force) {
  const DomainId guest = create(config());
  Console kernel = console(guest);
  const LayeredDisk layered = disk({"one"});
  offer(*store_, {vbd(guest, 0, layered)});
  hypervisor_->unpause(guest);
  EXPECT_TRUE(says(kernel, "guest: xvda1 one"));
  hypervisor_->pause(guest);
  EXPECT_FALSE(detach(*store_, guest, {0}, base::Deadline::after(std::chrono::milliseconds(300))));
  force_remove(*store_, guest, {0});
  EXPECT_TRUE(offered(*store_, guest).empty());
}

TEST_F(DiskOnXen, a_disk_that_is_never_taken_ends_the_wait) {
  const DomainId guest = create(config());
  const LayeredDisk layered = disk({"one"});
  offer(*store_, {vbd(guest, 0, layered)});
  try {
    wait_connected(*store_, {vbd(guest, 0, layered)},
                   base::Deadline::after(std::chrono::milliseconds(300)));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::unavailable);
  }
  force_remove(*store_, guest, {0});
}

}  // namespace
}  // namespace xen
