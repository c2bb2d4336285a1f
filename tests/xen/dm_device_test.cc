#include "xen/dm_device.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "tests/support/device_test.h"

namespace xen {
namespace {

const base::Deadline soon = base::Deadline::after(std::chrono::minutes(1));

class DmDeviceTest : public testing_support::DeviceTest {
 protected:
  void SetUp() override {
    DeviceTest::SetUp();
    if (!IsSkipped() && !opens("/dev/mapper/control")) GTEST_SKIP() << "no device-mapper here";
  }
  LoopDevice loop(const std::string& file_name, char byte) const {
    return LoopDevice::attach(base::open_file(file(file_name, 8192, byte), O_RDONLY).get(),
                              Access::read_only);
  }
  bool is_listed() const {
    const std::vector<std::string> names = list_dm_devices();
    return std::find(names.begin(), names.end(), name_) != names.end();
  }
  const std::string name_ = "test-" + base::random_hex(4);
};

std::string read_at(int fd, off_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t count = ::pread(fd, bytes.data(), bytes.size(), offset);
  bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return bytes;
}

TEST_F(DmDeviceTest, joins_pieces_into_one_read_only_device) {
  const LoopDevice a = loop("a", 'a');
  const LoopDevice b = loop("b", 'b');
  const DmDevice device = DmDevice::create(name_,
                                           {{.device = a.device(), .offset = 8, .length = 8},
                                            {.device = b.device(), .offset = 0, .length = 16},
                                            {.device = a.device(), .offset = 0, .length = 8}},
                                           soon);
  EXPECT_EQ(read_at(device.fd(), 0, 16384),
            std::string(4096, 'a') + std::string(8192, 'b') + std::string(4096, 'a'));
  int read_only = 0;
  ASSERT_EQ(::ioctl(device.fd(), BLKROGET, &read_only), 0);
  EXPECT_EQ(read_only, 1);
  EXPECT_TRUE(is_listed());
}

TEST_F(DmDeviceTest, is_gone_with_its_object_and_frees_its_loops) {
  std::string device;
  {
    const LoopDevice a = loop("a", 'a');
    device = a.path();
    DmDevice::create(name_, {{.device = a.device(), .length = 16}}, soon);
    EXPECT_FALSE(is_listed());
  }
  EXPECT_TRUE(is_cleared(device));
}

TEST_F(DmDeviceTest, a_deferred_one_lives_as_long_as_somebody_has_it_open) {
  const LoopDevice a = loop("a", 'a');
  base::UniqueFd back_end;
  {
    DmDevice device = DmDevice::create(name_, {{.device = a.device(), .length = 16}}, soon);
    back_end = base::open_file(device.path(), O_RDONLY);
    device.defer_removal();
  }
  EXPECT_EQ(read_at(back_end.get(), 0, 4096), std::string(4096, 'a'));
  EXPECT_TRUE(is_listed());
  back_end.reset();
  for (int tries = 0; tries < 500 && is_listed(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_FALSE(is_listed());
}

TEST_F(DmDeviceTest, a_name_that_is_taken_is_refused_and_keeps_its_device) {
  const LoopDevice a = loop("a", 'a');
  const DmDevice device = DmDevice::create(name_, {{.device = a.device(), .length = 16}}, soon);
  try {
    DmDevice::create(name_, {{.device = a.device(), .length = 16}}, soon);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::already_exists);
  }
  EXPECT_TRUE(is_listed());
}

TEST_F(DmDeviceTest, what_cannot_be_loaded_leaves_nothing) {
  const LoopDevice a = loop("a", 'a');
  EXPECT_THROW(DmDevice::create(name_, {{.device = a.device(), .length = 1 << 20}}, soon),
               base::Error);
  EXPECT_FALSE(is_listed());
}

TEST_F(DmDeviceTest, who_has_it_open_sees_the_table_that_was_exchanged) {
  const LoopDevice a = loop("a", 'a');
  const LoopDevice b = loop("b", 'b');
  const std::vector<DmSegment> before = {{.device = a.device(), .length = 16},
                                         {.device = 0, .length = 16}};
  DmDevice::create(name_, before, soon).keep();
  const auto device = DmDevice::find(name_, soon);
  ASSERT_TRUE(device);
  EXPECT_EQ(read_at(device->fd(), 0, 8192), std::string(8192, 'a'));
  EXPECT_EQ(read_at(device->fd(), 8192, 4096), "") << "nothing is there";
  exchange_dm_table(name_, {{.device = 0, .length = 32}}, Access::read_only);
  ASSERT_EQ(::ioctl(device->fd(), BLKFLSBUF), 0);
  EXPECT_EQ(read_at(device->fd(), 0, 4096), "");
  exchange_dm_table(name_, {{.device = b.device(), .length = 8}, {.device = 0, .length = 24}},
                    Access::read_only);
  ASSERT_EQ(::ioctl(device->fd(), BLKFLSBUF), 0);
  EXPECT_EQ(read_at(device->fd(), 0, 4096), std::string(4096, 'b'));
  remove_dm_device(name_);
}

TEST_F(DmDeviceTest, a_writable_one_is_written) {
  const LoopDevice a =
      LoopDevice::attach(base::open_file(file("a", 8192, 'a'), O_RDWR).get(), Access::read_write);
  const DmDevice device =
      DmDevice::create(name_, {{.device = a.device(), .length = 16}}, soon, Access::read_write);
  const base::UniqueFd open = base::open_file(device.path(), O_RDWR);
  const std::string bytes(4096, 'x');
  ASSERT_EQ(::pwrite(open.get(), bytes.data(), bytes.size(), 0), std::ssize(bytes));
  ASSERT_EQ(::fsync(open.get()), 0);
  EXPECT_EQ(read_at(a.fd(), 0, 4096), bytes);
}

TEST_F(DmDeviceTest, one_that_is_not_there_is_not_found) {
  EXPECT_FALSE(DmDevice::find(name_, soon));
  try {
    exchange_dm_table(name_, {{.device = 0, .length = 8}}, Access::read_only);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::not_found);
  }
}

TEST_F(DmDeviceTest, removing_an_absent_one_is_no_error) { remove_dm_device(name_); }

TEST_F(DmDeviceTest, refuses_a_name_that_is_none) {
  EXPECT_THROW(DmDevice::create(std::string(200, 'x'), {}, soon), base::Error);
  EXPECT_THROW(DmDevice::create("a/b", {}, soon), base::Error);
}

}  // namespace
}  // namespace xen
