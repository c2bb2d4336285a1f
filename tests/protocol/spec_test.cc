#include "guest-init/protocol/spec.h"

#include <gtest/gtest.h>

#include <string>

namespace protocol {
namespace {

DiskId disk(std::uint8_t first) {
  DiskId id{};
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(first + i);
  return id;
}

std::string field(std::uint16_t tag, std::string_view value, std::uint16_t reserved = 0) {
  std::string out;
  append_u16(out, tag);
  append_u16(out, reserved);
  append_u32(out, static_cast<std::uint32_t>(value.size()));
  return out.append(value);
}

TEST(ContainerSpec, ComesBackAsItWasSent) {
  const ContainerSpec spec{.hostname = "web",
                           .layers = 127,
                           .read_only_disk = disk(1),
                           .writable_disk = disk(100),
                           .read_only_root = true,
                           .hosts = {"10.0.0.1 db", "10.0.0.2 cache"},
                           .memory_limit = 1ull << 33};
  ContainerSpec back;
  std::string why;
  ASSERT_TRUE(decode(bytes_of(encode(spec)), back, why)) << why;
  EXPECT_EQ(back.hostname, "web");
  EXPECT_EQ(back.layers, 127u);
  EXPECT_EQ(back.read_only_disk, disk(1));
  EXPECT_EQ(back.writable_disk, disk(100));
  EXPECT_TRUE(back.read_only_root);
  EXPECT_EQ(back.hosts, spec.hosts);
  EXPECT_EQ(back.memory_limit, 1ull << 33);
}

TEST(ContainerSpec, WithoutWishesHasDefaults) {
  ContainerSpec back{.hostname = "before", .writable_disk = disk(3), .memory_limit = 5};
  std::string why;
  ASSERT_TRUE(decode(bytes_of(encode(ContainerSpec{})), back, why)) << why;
  EXPECT_EQ(back.hostname, "");
  EXPECT_FALSE(back.writable_disk);
  EXPECT_FALSE(back.read_only_root);
  EXPECT_EQ(back.memory_limit, 0u);
}

TEST(ProcessSpec, ComesBackAsItWasSent) {
  std::string all_bytes;
  for (int c = 1; c < 256; ++c) all_bytes.push_back(static_cast<char>(c));
  const ProcessSpec spec{.argv = {"sh", "", "$(x)\n\"'", all_bytes, std::string(200000, 'a')},
                         .env = {"A=1", "A=2", "B=", std::string("C=\xff\xfe")},
                         .working_directory = "/some where",
                         .user = "1000:staff",
                         .groups = {"audio", "27"},
                         .terminal = WindowSize{24, 80},
                         .standard_input = true,
                         .init = true};
  ProcessSpec back;
  std::string why;
  ASSERT_TRUE(decode(bytes_of(encode(spec)), back, why)) << why;
  EXPECT_EQ(back.argv, spec.argv);
  EXPECT_EQ(back.env, spec.env);
  EXPECT_EQ(back.working_directory, spec.working_directory);
  EXPECT_EQ(back.user, spec.user);
  EXPECT_EQ(back.groups, spec.groups);
  ASSERT_TRUE(back.terminal);
  EXPECT_EQ(back.terminal->columns, 80);
  EXPECT_TRUE(back.standard_input);
  EXPECT_TRUE(back.init);
}

struct Case {
  std::string bytes;
  const char* why;
};

TEST(ProcessSpec, ThatIsNotUnderstoodWhollyIsRefused) {
  const Case cases[] = {
      {field(1, "ls") + field(99, "x"), "field 99 is not known here"},
      {field(0, ""), "field 0 is not known here"},
      {field(4, "a") + field(4, "b"), "the field \"user\" is there twice"},
      {field(1, std::string_view("a\0b", 3)), "the field \"argument\" has no such value"},
      {field(6, "abc"), "the field \"terminal\" has no such value"},
      {field(7, "\2"), "the field \"stdin\" has no such value"},
      {field(8, ""), "the field \"init\" has no such value"},
      {field(1, "ls", 1), "the fields are damaged"},
      {field(1, "ls") + "x", "the fields are damaged"},
      {field(1, "ls").substr(0, 9), "the fields are damaged"},
  };
  for (const Case& c : cases) {
    ProcessSpec spec;
    std::string why;
    EXPECT_FALSE(decode(bytes_of(c.bytes), spec, why)) << c.why;
    EXPECT_EQ(why, c.why);
  }
}

TEST(ContainerSpec, ThatIsNotUnderstoodWhollyIsRefused) {
  const Case cases[] = {
      {field(8, "x"), "field 8 is not known here"},
      {field(2, "abc"), "the field \"layers\" has no such value"},
      {field(2, "abcde"), "the field \"layers\" has no such value"},
      {field(3, "too short"), "the field \"read-only disk\" has no such value"},
      {field(4, std::string(17, 'x')), "the field \"writable disk\" has no such value"},
      {field(7, "abcd"), "the field \"memory limit\" has no such value"},
      {field(1, "a") + field(1, "a"), "the field \"hostname\" is there twice"},
  };
  for (const Case& c : cases) {
    ContainerSpec spec;
    std::string why;
    EXPECT_FALSE(decode(bytes_of(c.bytes), spec, why)) << c.why;
    EXPECT_EQ(why, c.why);
  }
}

}  // namespace
}  // namespace protocol
