#include "guest-init/users.h"

#include <gtest/gtest.h>

namespace guest_init {
namespace {

constexpr const char* passwd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "broken line\n"
    "\n"
    "dora:x:1000:1001:Dora:/home/dora:/bin/sh\n"
    "4711:x:1500:1500::/number:/bin/sh\n"
    "homeless:x:1600:1600:::\n"
    "noshell:x:1700:1700";
constexpr const char* group =
    "root:x:0:\n"
    "staff:x:1001:\n"
    "audio:x:29:other,dora\n"
    "video:x:44:dora\n"
    "not:a:number:dora\n"
    "999:x:50:\n";

struct Case {
  const char* user;
  std::vector<std::string> extra;
  unsigned uid;
  unsigned gid;
  std::vector<unsigned> groups;
  const char* home;
};

TEST(Identity, IsResolvedAsDockerDoes) {
  const Case cases[] = {
      {"", {}, 0, 0, {0}, "/root"},
      {"root", {}, 0, 0, {0}, "/root"},
      {"0", {}, 0, 0, {0}, "/root"},
      {"dora", {}, 1000, 1001, {1001, 29, 44}, "/home/dora"},
      {"1000", {}, 1000, 1001, {1001, 29, 44}, "/home/dora"},
      {"dora:audio", {}, 1000, 29, {29}, "/home/dora"},
      {"dora:7", {}, 1000, 7, {7}, "/home/dora"},
      {"1234", {}, 1234, 0, {0}, "/"},
      {"1234:5678", {}, 1234, 5678, {5678}, "/"},
      {":44", {}, 0, 44, {44}, "/root"},
      {"dora:", {}, 1000, 1001, {1001, 29, 44}, "/home/dora"},
      {"4711", {}, 1500, 1500, {1500}, "/number"},  // a name first
      {"dora:999", {}, 1000, 50, {50}, "/home/dora"},
      {"homeless", {}, 1600, 1600, {1600}, "/"},
      {"noshell", {}, 1700, 1700, {1700}, "/"},
      {"1000:1001", {"audio", "77", "1001", "77"}, 1000, 1001, {1001, 29, 77}, "/home/dora"},
      {"2147483647:2147483647", {}, 2147483647, 2147483647, {2147483647}, "/"},
  };
  for (const Case& c : cases) {
    Identity identity;
    Failure failure;
    ASSERT_TRUE(resolve_identity(c.user, c.extra, passwd, group, identity, failure))
        << c.user << ": " << failure.text;
    EXPECT_EQ(identity.uid, c.uid) << c.user;
    EXPECT_EQ(identity.gid, c.gid) << c.user;
    EXPECT_EQ(identity.groups, c.groups) << c.user;
    EXPECT_EQ(identity.home, c.home) << c.user;
  }
}

struct Refusal {
  const char* user;
  std::vector<std::string> extra;
  const char* text;
};

TEST(Identity, ThatCannotBeResolvedIsRefused) {
  const Refusal cases[] = {
      {"nobody", {}, "unable to find user nobody: no matching entries in passwd file"},
      {"-1", {}, "unable to find user -1: no matching entries in passwd file"},
      {"dora:wheel", {}, "unable to find group wheel: no matching entries in group file"},
      {"dora", {"wheel"}, "unable to find group wheel: no matching entries in group file"},
      {"2147483648", {}, "uids and gids must be in range 0-2147483647"},
      {"99999999999999", {}, "uids and gids must be in range 0-2147483647"},
      {"0:4294967295", {}, "uids and gids must be in range 0-2147483647"},
  };
  for (const Refusal& c : cases) {
    Identity identity;
    Failure failure;
    EXPECT_FALSE(resolve_identity(c.user, c.extra, passwd, group, identity, failure)) << c.user;
    EXPECT_EQ(failure.text, c.text);
    EXPECT_EQ(failure.stage, FailureStage::user);
  }
}

TEST(Identity, OfANumberIsEnteredAsPodmanDoes) {
  const struct {
    const char* user;
    const char* passwd;
    const char* group;
  } cases[] = {
      {"", "", ""},
      {"dora", "", ""},
      {"1000", "", "\n1000:x:1000:1000\n"},
      {"4711", "", "\n4711:x:4711:4711\n"},
      {"2000", "\n2000:*:2000:7:container user:/work:/bin/sh\n", "\n2000:x:2000:2000\n"},
      {"2000:1001", "\n2000:*:2000:7:container user:/work:/bin/sh\n", ""},
      {"dora:3000", "", "\n3000:x:3000:dora\n"},
      {"2000:audio", "\n2000:*:2000:7:container user:/work:/bin/sh\n", ""},
  };
  const std::string_view unfinished(group, std::string_view(group).size() - 1);
  for (const auto& c : cases) {
    const UserEntries entries = missing_entries(c.user, 7, "/work", passwd, unfinished);
    EXPECT_EQ(entries.passwd, c.passwd) << c.user;
    EXPECT_EQ(entries.group, c.group) << c.user;
  }
  EXPECT_EQ(missing_entries("5", 0, "", "", "").passwd, "5:*:5:0:container user:/:/bin/sh\n");
}

TEST(Identity, NeedsNoFiles) {
  Identity identity;
  Failure failure;
  ASSERT_TRUE(resolve_identity("1000:1000", {}, "", "", identity, failure));
  EXPECT_EQ(identity.uid, 1000u);
  EXPECT_EQ(identity.home, "/");
  ASSERT_TRUE(resolve_identity("", {}, "", "", identity, failure));
  EXPECT_EQ(identity.uid, 0u);
  EXPECT_FALSE(resolve_identity("root", {}, "", "", identity, failure));
}

}  // namespace
}  // namespace guest_init
