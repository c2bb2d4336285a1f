// A guest that several containers share, each in a slot of its own.
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "tests/guest-init/guest_fixture.h"

namespace guest_init_test {
namespace {

constexpr auto soon = base::Milliseconds(30000);
constexpr auto a_while = base::Milliseconds(700);

// A container of its own disk in memory: none that is written on.
class SharedGuestTest : public GuestTest {
 protected:
  void make(unsigned slot) {
    connect(slot);
    peer(slot).handshake();
    auto spec = container_spec();
    spec.writable_disk.reset();
    spec.hostname = "box-" + std::to_string(slot);
    const auto failure = peer(slot).make_container(spec);
    ASSERT_FALSE(failure) << failure->text;
  }

  void start(unsigned slot, const std::string& script) {
    peer(slot).start(0, shell(script));
    const auto failure = peer(slot).wait_started(0);
    ASSERT_FALSE(failure) << failure->text;
  }

  // By the guest itself: containers have them in namespaces of their own.
  std::size_t mounted_layers() {
    const std::string path = "/proc/" + std::to_string(guest_pid()) + "/mounts";
    const std::string mounts = base::read_file(path, 1 << 20);
    std::size_t count = 0;
    for (const std::string& line : base::split(mounts, '\n'))
      if (line.find(" /l/") != std::string::npos) ++count;
    return count;
  }

  std::string say(unsigned slot, std::uint32_t process, const std::string& script) {
    peer(slot).start(process, shell(script));
    const auto failure = peer(slot).wait_started(process);
    if (failure) return failure->text;
    peer(slot).wait_exit(process);
    return peer(slot).view(process).text[0];
  }
};

TEST_F(SharedGuestTest, ContainersDoNotSeeEachOther) {
  boot_shared(3);
  for (const unsigned slot : {0u, 1u}) {
    ASSERT_NO_FATAL_FAILURE(make(slot));
    ASSERT_NO_FATAL_FAILURE(
        start(slot, "echo mine > /tmp/" + std::to_string(slot) + "; sleep 1000"));
  }
  EXPECT_EQ(say(0, 1, "hostname; cd /tmp; echo *; ps -o comm | grep -c sleep"), "box-0\n0\n1\n");
  EXPECT_EQ(say(1, 1, "hostname; cd /tmp; echo *; ps -o comm | grep -c sleep"), "box-1\n1\n1\n");
}

TEST_F(SharedGuestTest, OneContainersEndLeavesTheOthers) {
  boot_shared(3);
  ASSERT_NO_FATAL_FAILURE(make(0));
  ASSERT_NO_FATAL_FAILURE(make(1));
  ASSERT_NO_FATAL_FAILURE(start(0, "sleep 1000"));
  ASSERT_NO_FATAL_FAILURE(start(1, "sleep 1000"));
  clear(0);
  EXPECT_EQ(say(1, 1, "echo still here"), "still here\n");
}

TEST_F(SharedGuestTest, ASlotBeginsAnewEachTime) {
  boot_shared(2);
  for (int i = 0; i < 3; ++i) {
    ASSERT_NO_FATAL_FAILURE(make(0));
    EXPECT_EQ(say(0, 0, "cd /tmp; echo *; touch x"), "*\n");
    clear(0);
  }
}

TEST_F(SharedGuestTest, ASlotThatWasNeverAskedForAContainerIsClearedToo) {
  boot_shared(2);
  connect(0);
  peer(0).handshake();
  clear(0);
  ASSERT_NO_FATAL_FAILURE(make(0));
}

TEST_F(SharedGuestTest, LayersStayMountedUntilTheHostWantsThemNoMore) {
  boot_shared(3);
  const protocol::DiskId id = container_spec().read_only_disk;
  ASSERT_NO_FATAL_FAILURE(make(0));
  ASSERT_NO_FATAL_FAILURE(make(1));
  EXPECT_EQ(mounted_layers(), layers().size());
  clear(0, {id});  // which another one has
  EXPECT_EQ(mounted_layers(), layers().size());
  clear(1);
  EXPECT_EQ(mounted_layers(), layers().size());
  ASSERT_NO_FATAL_FAILURE(make(1));
  EXPECT_EQ(mounted_layers(), layers().size());
  clear(1, {protocol::DiskId{}, id});
  EXPECT_EQ(mounted_layers(), 0u);
  ASSERT_NO_FATAL_FAILURE(make(0));
}

TEST_F(SharedGuestTest, WhatIsStoppedGoesOnWhereItWas) {
  boot_shared(2);
  ASSERT_NO_FATAL_FAILURE(make(0));
  ASSERT_NO_FATAL_FAILURE(start(0, "while sleep 0.05; do echo tick; done"));
  const auto ticks = [&] { return peer(0).view(0).text[0].size(); };
  peer(0).wait_until(0, [&](const auto&) { return ticks() > 0; });
  peer(0).say(protocol::FrameType::freeze, protocol::encode_flag(true));
  peer(0).idle(a_while);
  const auto stopped_at = ticks();
  peer(0).idle(a_while);
  EXPECT_EQ(ticks(), stopped_at);
  peer(0).say(protocol::FrameType::freeze, protocol::encode_flag(false));
  peer(0).wait_until(0, [&](const auto&) { return ticks() > stopped_at; });
}

TEST_F(SharedGuestTest, TellsOfItself) {
  boot_shared(4, 60'000);
  ASSERT_NO_FATAL_FAILURE(make(0));
  connect(1);
  peer(1).handshake();
  peer(1).say(protocol::FrameType::query);
  while (!peer(1).info()) peer(1).step(base::Deadline::after(soon));
  const protocol::GuestInfo& info = *peer(1).info();
  EXPECT_EQ(info.containers, 1u);
  EXPECT_EQ(info.slots, 4u);
  EXPECT_GT(info.memory_total, info.memory_available);
  EXPECT_GT(info.memory_available, 0u);
  EXPECT_GT(info.idle_left_ns, 50'000'000'000u);
  EXPECT_LE(info.idle_left_ns, 60'000'000'000u);
}

TEST_F(SharedGuestTest, EndsByItselfWhenItHasBeenIdleForLong) {
  boot_shared(2, 300);
  const auto status = wait_end(soon);
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->ok());
}

TEST_F(SharedGuestTest, AContainerIsUse) {
  boot_shared(2, 300);
  ASSERT_NO_FATAL_FAILURE(make(0));
  EXPECT_FALSE(wait_end(a_while));
  clear(0);
  EXPECT_TRUE(wait_end(soon));
}

TEST_F(SharedGuestTest, AHostThatIsThereIsUse) {
  boot_shared(2, 300);
  connect(0);
  peer(0).handshake();
  peer(0).idle(a_while);
  EXPECT_FALSE(wait_end(base::Milliseconds(0)));
  lose_connection();
  EXPECT_TRUE(wait_end(soon));
}

TEST_F(SharedGuestTest, DisksAreNobodysWhateverNodesAContainerMakes) {
  boot_shared(2);
  ASSERT_NO_FATAL_FAILURE(make(0));
  EXPECT_EQ(say(0, 0,
                "mknod /dev/disk b 7 0 && head -c 1 /dev/disk > /dev/null 2>&1 || echo refused; "
                "mknod /dev/kmsg c 1 11 && head -c 1 /dev/kmsg > /dev/null 2>&1 || echo refused; "
                "head -c 3 /dev/zero | wc -c"),
            "refused\nrefused\n3\n");
}

}  // namespace
}  // namespace guest_init_test
