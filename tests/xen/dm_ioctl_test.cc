#include "xen/dm_ioctl.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"

namespace xen {
namespace {

TEST(DmIoctl, targets_follow_each_other_aligned_and_ended) {
  const std::string data = encode_dm_targets(
      {{.start = 0, .length = 40, .type = "linear", .parameters = "7:0 0"},
       {.start = 40, .length = 8, .type = "linear", .parameters = "7:123456 4000"}});
  dm_target_spec first{};
  std::memcpy(&first, data.data(), sizeof first);
  EXPECT_EQ(first.sector_start, 0u);
  EXPECT_EQ(first.length, 40u);
  EXPECT_STREQ(first.target_type, "linear");
  EXPECT_EQ(first.next % 8, 0u);
  EXPECT_STREQ(data.data() + sizeof first, "7:0 0");
  dm_target_spec second{};
  ASSERT_LT(first.next + sizeof second, data.size());
  std::memcpy(&second, data.data() + first.next, sizeof second);
  EXPECT_EQ(second.sector_start, 40u);
  EXPECT_STREQ(data.data() + first.next + sizeof second, "7:123456 4000");
  EXPECT_EQ(first.next + second.next, data.size());
}

std::string name_entry(std::uint64_t device, std::uint32_t next, std::string_view name) {
  std::string bytes(12, '\0');
  std::memcpy(bytes.data(), &device, sizeof device);
  std::memcpy(bytes.data() + 8, &next, sizeof next);
  return bytes.append(name);
}

TEST(DmIoctl, a_list_of_names_is_read_to_its_last) {
  using Names = std::vector<std::string>;
  std::string list = name_entry(0xfd00, 24, std::string("vxn-a\0pad....", 12));
  list += name_entry(0xfd01, 0, std::string("other\0", 6));
  EXPECT_EQ(parse_dm_names(list), (Names{"vxn-a", "other"}));
  EXPECT_EQ(parse_dm_names(name_entry(0, 0, std::string(4, '\0'))), Names{});
  EXPECT_EQ(parse_dm_names(""), Names{});
}

TEST(DmIoctl, a_list_that_leads_nowhere_is_no_list) {
  EXPECT_THROW(parse_dm_names(name_entry(0xfd00, 0, "endless")), base::Error);
  EXPECT_EQ(parse_dm_names(name_entry(0xfd00, 4000, std::string("a\0", 2))).size(), 1u);
}

}  // namespace
}  // namespace xen
