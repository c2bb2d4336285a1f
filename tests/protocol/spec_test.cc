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
                           .memory_limit = 1ull << 33,
                           .cpu_quota = 150'000,
                           .pids_limit = 77,
                           .shm_size = 1 << 20,
                           .tmpfs = {{"/run", 6, "size=1m"}, {"/tmp", 0, ""}},
                           .sysctls = {"net.core.somaxconn=1", "a=b=c"},
                           .unmasked = true,
                           .user_entry = true};
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
  EXPECT_EQ(back.cpu_quota, 150'000u);
  EXPECT_EQ(back.pids_limit, 77u);
  EXPECT_EQ(back.shm_size, 1u << 20);
  EXPECT_EQ(back.tmpfs, spec.tmpfs);
  EXPECT_EQ(back.sysctls, spec.sysctls);
  EXPECT_TRUE(back.unmasked);
  EXPECT_TRUE(back.user_entry);
}

TEST(Disks, ComeBackAsTheyWereSent) {
  std::vector<DiskId> disks = {disk(7)};
  ASSERT_TRUE(decode_disks(bytes_of(encode_disks({disk(1), disk(100)})), disks));
  EXPECT_EQ(disks, (std::vector{disk(1), disk(100)}));
  ASSERT_TRUE(decode_disks({}, disks));
  EXPECT_TRUE(disks.empty());
  for (const std::size_t size : {1u, 15u, 17u, 31u})
    EXPECT_FALSE(decode_disks(bytes_of(std::string(size, 'x')), disks)) << size;
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
                         .init = true,
                         .capabilities = 1ull << 40,
                         .no_new_privileges = true,
                         .seccomp = std::string("\6\0\0\0\0\0\xff\x7f", 8),
                         .limits = {{7, 10, ~0ull}, {4, 0, 0}},
                         .oom_score_adj = -500,
                         .umask = 0077};
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
  EXPECT_EQ(back.capabilities, 1ull << 40);
  EXPECT_TRUE(back.no_new_privileges);
  EXPECT_EQ(back.seccomp, spec.seccomp);
  EXPECT_EQ(back.limits, spec.limits);
  EXPECT_EQ(back.oom_score_adj, -500);
  EXPECT_EQ(back.umask, 0077u);
}

TEST(ProcessSpec, WithoutWishesHasDockersCapabilitiesAndNoMore) {
  ProcessSpec back{
      .no_new_privileges = true, .seccomp = "x", .limits = {{}}, .oom_score_adj = 3, .umask = 0};
  std::string why;
  ASSERT_TRUE(decode({}, back, why)) << why;
  EXPECT_EQ(back.capabilities, docker_capabilities);
  EXPECT_FALSE(back.no_new_privileges);
  EXPECT_EQ(back.seccomp, "");
  EXPECT_TRUE(back.limits.empty());
  EXPECT_FALSE(back.oom_score_adj);
  EXPECT_EQ(back.umask, 022u);
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
      {field(9, "1234567"), "the field \"capabilities\" has no such value"},
      {field(11, ""), "the field \"seccomp filter\" has no such value"},
      {field(11, "1234567"), "the field \"seccomp filter\" has no such value"},
      {field(11, std::string(std::size_t{8} * 4097, 'x')),
       "the field \"seccomp filter\" has no such value"},
      {field(12, std::string(19, 'x')), "the field \"resource limit\" has no such value"},
      {field(13, "x"), "the field \"OOM score\" has no such value"},
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
      {field(77, "x"), "field 77 is not known here"},
      {field(2, "abc"), "the field \"layers\" has no such value"},
      {field(2, "abcde"), "the field \"layers\" has no such value"},
      {field(8, "x"), "the field \"CPU quota\" has no such value"},
      {field(11, std::string("\0\0\0\0\1\0\0\0x", 9)), "the field \"tmpfs\" has no such value"},
      {field(11, std::string("\0\0\0\0\5\0\0\0/x", 10)), "the field \"tmpfs\" has no such value"},
      {field(11, std::string("\0\0\0\0\2\0\0\0/xa\0b", 13)),
       "the field \"tmpfs\" has no such value"},
      {field(13, "\2"), "the field \"unmasked paths\" has no such value"},
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
