#include "xen/loop_device.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/device_test.h"
#include "xen/loop_index.h"

namespace xen {
namespace {

const base::Deadline soon = base::Deadline::after(std::chrono::minutes(1));

TEST(LoopIndex, reads_what_it_wrote_and_skips_the_rest) {
  LoopIndex index = LoopIndex::parse("1 2 3\nnonsense\n4 5\n6 7 -1\n8 9 10 11\n\n12 13 14\n");
  EXPECT_EQ(index.text(), "1 2 3\n12 13 14\n");
  EXPECT_EQ(LoopIndex::parse(index.text()).find({12, 13}), 14);
  EXPECT_FALSE(index.find({1, 3}));
}

TEST(LoopIndex, a_loop_is_over_one_file_at_a_time) {
  LoopIndex index;
  index.put({1, 1}, 5);
  index.put({2, 2}, 5);
  EXPECT_EQ(index.text(), "2 2 5\n");
}

using LoopDeviceTest = testing_support::DeviceTest;

TEST_F(LoopDeviceTest, shows_a_files_bytes_and_is_gone_with_its_object) {
  const std::string path = file("disk", 8192, 'a');
  std::string device;
  {
    const LoopDevice loop =
        LoopDevice::attach(base::open_file(path, O_RDWR).get(), Access::read_write);
    device = loop.path();
    std::string bytes(4096, '\0');
    ASSERT_EQ(::pread(loop.fd(), bytes.data(), bytes.size(), 4096), 4096);
    EXPECT_EQ(bytes, std::string(4096, 'a'));
    const std::string written(4096, 'b');
    ASSERT_EQ(::pwrite(loop.fd(), written.data(), written.size(), 0), 4096);
    ASSERT_EQ(::fsync(loop.fd()), 0);
  }
  EXPECT_TRUE(is_cleared(device));
  EXPECT_EQ(base::read_file(path, 8192), std::string(4096, 'b') + std::string(4096, 'a'));
}

TEST_F(LoopDeviceTest, waits_for_the_disk_where_it_is_to) {
  const std::string path = file("disk", 8192, 'a');
  const auto is_direct = [&](Writes writes) {
    const LoopDevice loop =
        LoopDevice::attach(base::open_file(path, O_RDWR).get(), Access::read_write, writes);
    loop_info64 info{};
    EXPECT_EQ(::ioctl(loop.fd(), LOOP_GET_STATUS64, &info), 0);
    return (info.lo_flags & LO_FLAGS_DIRECT_IO) != 0;
  };
  EXPECT_FALSE(is_direct(Writes::cached));
  if (!base::UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC)))
    GTEST_SKIP() << "this file system cannot";
  EXPECT_TRUE(is_direct(Writes::direct));
}

TEST_F(LoopDeviceTest, a_read_only_one_takes_no_writes) {
  const LoopDevice loop =
      LoopDevice::attach(base::open_file(file("disk", 4096, 'a'), O_RDWR).get(), Access::read_only);
  int read_only = 0;
  ASSERT_EQ(::ioctl(loop.fd(), BLKROGET, &read_only), 0);
  EXPECT_EQ(read_only, 1);
}

TEST_F(LoopDeviceTest, those_who_share_a_file_share_its_loop) {
  const std::string path = file("layer", 4096, 'a');
  const std::string other = file("other", 4096, 'b');
  auto first = std::make_unique<LoopDevice>(LoopDevice::share(path, index(), soon));
  const LoopDevice second = LoopDevice::share(path, index(), soon);
  const LoopDevice third = LoopDevice::share(other, index(), soon);
  EXPECT_EQ(first->path(), second.path());
  EXPECT_EQ(first->device(), second.device());
  EXPECT_NE(first->path(), third.path());
  first.reset();
  char byte = 0;
  ASSERT_EQ(::pread(second.fd(), &byte, 1, 0), 1);
  EXPECT_EQ(byte, 'a');
}

TEST_F(LoopDeviceTest, a_file_in_anothers_place_gets_a_loop_of_its_own) {
  const std::string path = file("layer", 4096, 'a');
  const LoopDevice old = LoopDevice::share(path, index(), soon);
  base::replace_file(path, std::string(4096, 'b'));
  const LoopDevice fresh = LoopDevice::share(path, index(), soon);
  EXPECT_NE(old.path(), fresh.path());
  char byte = 0;
  ASSERT_EQ(::pread(fresh.fd(), &byte, 1, 0), 1);
  EXPECT_EQ(byte, 'b');
}

TEST_F(LoopDeviceTest, the_index_is_a_hint_that_is_verified) {
  const std::string path = file("layer", 4096, 'a');
  const LoopDevice wrong = LoopDevice::attach(
      base::open_file(file("other", 4096, 'b'), O_RDONLY).get(), Access::read_only);
  LoopIndex lie;
  lie.put(identify(base::open_file(path, O_RDONLY).get()), std::stoi(wrong.path().substr(9)));
  base::replace_file(index(), lie.text() + "and nonsense\n");
  const LoopDevice loop = LoopDevice::share(path, index(), soon);
  EXPECT_NE(loop.path(), wrong.path());
  base::replace_file(index(), "999999 999999 31000\n");
  EXPECT_NO_THROW(LoopDevice::share(path, index(), soon));
}

TEST_F(LoopDeviceTest, a_writable_loop_is_never_shared) {
  const std::string path = file("disk", 4096, 'a');
  const LoopDevice writable =
      LoopDevice::attach(base::open_file(path, O_RDWR).get(), Access::read_write);
  LoopIndex hint;
  hint.put(identify(base::open_file(path, O_RDONLY).get()), std::stoi(writable.path().substr(9)));
  base::replace_file(index(), hint.text());
  EXPECT_NE(LoopDevice::share(path, index(), soon).path(), writable.path());
}

TEST_F(LoopDeviceTest, a_missing_layer_is_named) {
  try {
    LoopDevice::share(directory() + "/absent", index(), soon);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::not_found);
    EXPECT_NE(error.message().find("/absent"), std::string::npos);
  }
}

}  // namespace
}  // namespace xen
