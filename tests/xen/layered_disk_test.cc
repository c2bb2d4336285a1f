#include "xen/layered_disk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/subprocess.h"
#include "tests/support/device_test.h"

namespace xen {
namespace {

const base::Deadline soon = base::Deadline::after(std::chrono::minutes(1));

class LayeredDiskTest : public testing_support::DeviceTest {
 protected:
  void SetUp() override {
    DeviceTest::SetUp();
    if (!IsSkipped() && !opens("/dev/mapper/control")) GTEST_SKIP() << "no device-mapper here";
  }
  LayeredDiskRequest request(std::vector<std::string> layers) const {
    return {.layers = std::move(layers),
            .guid = *base::Uuid::parse("01234567-89ab-4def-8123-456789abcdef"),
            .name = "test-" + base::random_hex(4),
            .run_directory = directory()};
  }
};

TEST_F(LayeredDiskTest, has_a_partition_for_each_layer) {
  const LayeredDisk disk = LayeredDisk::assemble(
      request({file("a", 4096, 'a'), file("b", 12288, 'b'), file("c", 8192, 'c')}), soon);
  const std::string shown = base::run_checked(
      {"partx", "--raw", "--noheadings", "--output", "NR,START,SECTORS,NAME,UUID", disk.path()},
      soon);
  EXPECT_EQ(shown,
            "1 40 8 vxn-1 01234567-89ab-4def-8123-456789abcdee\n"
            "2 48 24 vxn-2 01234567-89ab-4def-8123-456789abcded\n"
            "3 72 16 vxn-3 01234567-89ab-4def-8123-456789abcdec\n");
  const base::UniqueFd fd = base::open_file(disk.path(), O_RDONLY);
  std::string bytes(24576, '\0');
  ASSERT_EQ(::pread(fd.get(), bytes.data(), bytes.size(), off_t{40} * 512), 24576);
  EXPECT_EQ(bytes, std::string(4096, 'a') + std::string(12288, 'b') + std::string(8192, 'c'));
}

TEST_F(LayeredDiskTest, two_disks_share_their_layers) {
  const std::vector<std::string> layers = {file("a", 4096, 'a'), file("b", 4096, 'b')};
  const LayeredDisk one = LayeredDisk::assemble(request(layers), soon);
  const LayeredDisk two = LayeredDisk::assemble(request(layers), soon);
  EXPECT_NE(one.device(), two.device());
  const std::string index = base::read_file(directory() + "/loops", 4096);
  EXPECT_EQ(std::count(index.begin(), index.end(), '\n'), 2);
}

TEST_F(LayeredDiskTest, carries_127_layers) {
  std::vector<std::string> layers;
  layers.reserve(128);
  for (int i = 0; i < 127; ++i) layers.push_back(file("l" + std::to_string(i), 4096, 'l'));
  const LayeredDisk disk = LayeredDisk::assemble(request(layers), soon);
  layers.push_back(file("one too many", 4096, 'x'));
  EXPECT_THROW(LayeredDisk::assemble(request(layers), soon), base::Error);
}

TEST_F(LayeredDiskTest, a_missing_layer_leaves_no_device) {
  const std::string there = file("a", 4096, 'a');
  EXPECT_THROW(LayeredDisk::assemble(request({there, directory() + "/absent"}), soon), base::Error);
  EXPECT_THROW(LayeredDisk::assemble(request({there, file("odd", 5000, 'o')}), soon), base::Error);
  for (const std::string& name : list_dm_devices()) EXPECT_FALSE(name.starts_with("test-")) << name;
}

}  // namespace
}  // namespace xen
