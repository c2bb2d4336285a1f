#include "engine/container_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/container_samples.h"

namespace engine {
namespace {

class ContainerStoreTest : public testing::Test {
 protected:
  base::TempDir place_{testing::TempDir(), "store"};
  std::string data_ = place_.path() + "/data";
  std::string run_ = place_.path() + "/run";
  ContainerStore store_{data_, run_};
};

TEST_F(ContainerStoreTest, ACreatedContainerIsFoundByNameIdAndPrefix) {
  const Container made = samples::container("web");
  const base::FileLock lock = store_.create(made);
  for (const std::string& key : {std::string("web"), made.config.id, made.short_id()}) {
    const auto found = store_.find(key);
    ASSERT_TRUE(found) << key;
    EXPECT_EQ(found->config.id, made.config.id);
  }
  EXPECT_FALSE(store_.find("other"));
  EXPECT_EQ(store_.list().size(), 1u);
}

TEST_F(ContainerStoreTest, ItsLockIsHeldFromTheStartAndTellsWhoIsAlive) {
  const Container made = samples::container();
  {
    const base::FileLock lock = store_.create(made);
    EXPECT_TRUE(store_.locked(made.config.id));
    EXPECT_FALSE(store_.try_lock(made.config.id));
  }
  EXPECT_FALSE(store_.locked(made.config.id));
  EXPECT_TRUE(store_.try_lock(made.config.id));
}

TEST_F(ContainerStoreTest, ATakenNameIsRefusedAndNamesItsOwner) {
  const Container first = samples::container("web");
  const base::FileLock lock = store_.create(first);
  const Container second = samples::container("web");
  try {
    store_.create(second);
    FAIL() << "was made";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::already_exists);
    EXPECT_NE(error.message().find(first.config.id), std::string::npos);
  }
  EXPECT_EQ(store_.list().size(), 1u);
  EXPECT_EQ(store_.find("web")->config.id, first.config.id);
  EXPECT_FALSE(base::exists(store_.run_directory(second.config.id)));
}

TEST_F(ContainerStoreTest, AnotherNameIsTakenWhereItIsFree) {
  const Container web = samples::container("web");
  const Container other = samples::container("other");
  const base::FileLock lock = store_.create(web);
  const base::FileLock other_lock = store_.create(other);
  EXPECT_THROW(store_.rename(web.config.id, "other"), base::Error);
  EXPECT_EQ(store_.find("web")->config.name, "web");
  store_.rename(web.config.id, "shop");
  EXPECT_EQ(store_.find("shop")->config.id, web.config.id);
  EXPECT_FALSE(store_.find("web"));
  EXPECT_THROW(store_.rename(std::string(64, '0'), "nobody"), base::Error);
  store_.remove(web);  // by who knew it under its first name
  EXPECT_FALSE(base::exists(data_ + "/names/shop"));
}

TEST_F(ContainerStoreTest, ANameWhoseChangeDiedHalfWayIsFreed) {
  const Container web = samples::container("web");
  const base::FileLock lock = store_.create(web);
  ASSERT_EQ(symlink(web.config.id.c_str(), (data_ + "/names/shop").c_str()), 0);
  store_.sweep();
  EXPECT_FALSE(store_.find("shop"));
  EXPECT_EQ(store_.find("web")->config.id, web.config.id);
}

TEST_F(ContainerStoreTest, AFilterIsKeptBesideTheRecord) {
  Container made = samples::container("web");
  const base::FileLock lock = store_.create(made, "filter");
  EXPECT_EQ(store_.seccomp_filter(made.config), "filter");
  base::replace_file(store_.data_directory(made.config.id) + "/seccomp.bpf", "", 0600);
  EXPECT_THROW(store_.seccomp_filter(made.config), base::Error)
      << "never without, where one is due";
  made.config.policy.filtered = false;
  EXPECT_EQ(store_.seccomp_filter(made.config), "");
  store_.remove(made);
  made.config.policy.filtered = true;
  EXPECT_THROW(store_.seccomp_filter(made.config), base::Error);
}

TEST_F(ContainerStoreTest, ARemovedContainerLeavesNothingAndFreesItsName) {
  const Container made = samples::container("web");
  {
    const base::FileLock lock = store_.create(made);
    store_.remove(made);
  }
  EXPECT_FALSE(store_.find("web"));
  EXPECT_TRUE(base::list_directory(data_ + "/containers").empty());
  EXPECT_TRUE(base::list_directory(data_ + "/names").empty());
  EXPECT_TRUE(base::list_directory(run_ + "/containers").empty());
  store_.create(samples::container("web"));
}

// As `rm -f` of a running container waits, whose monitor removes it.
TEST_F(ContainerStoreTest, WhoWaitsForTheLockIsNotInTheWayOfARemoval) {
  for (int i = 0; i < 40; ++i) {
    const Container made = samples::container();
    auto lock = std::optional(store_.create(made));
    std::atomic<bool> over = false;
    std::thread waiter([&] {
      const std::string path = store_.run_directory(made.config.id) + "/lock";
      while (!over) {
        try {
          base::FileLock::try_acquire(path);
        } catch (const base::Error& error) {
          EXPECT_EQ(error.kind(), base::ErrorKind::not_found);
        }
      }
    });
    EXPECT_NO_THROW(store_.remove(made));
    lock.reset();
    over = true;
    waiter.join();
    ASSERT_TRUE(base::list_directory(run_ + "/containers").empty());
  }
}

TEST_F(ContainerStoreTest, SweepRemovesWhatDeadProcessesLeftAndNothingElse) {
  const Container alive = samples::container("alive");
  const base::FileLock lock = store_.create(alive);
  const std::string dead = base::random_hex(32);
  base::make_directories(data_ + "/containers/." + dead);
  base::make_directories(run_ + "/containers/" + dead);
  ASSERT_EQ(symlink(dead.c_str(), (data_ + "/names/gone").c_str()), 0);
  store_.sweep();
  EXPECT_EQ(base::list_directory(data_ + "/containers"), std::vector{alive.config.id});
  EXPECT_EQ(base::list_directory(data_ + "/names"), std::vector<std::string>{"alive"});
  EXPECT_EQ(base::list_directory(run_ + "/containers"), std::vector{alive.config.id});
}

TEST_F(ContainerStoreTest, ARecordThatACrashOfTheHostLeftEmptyIsSwept) {
  Container lost = samples::container("lost");
  lost.config.provisional = lost.config.auto_remove = true;
  const Container kept = samples::container("kept");
  store_.create(lost);
  store_.create(kept);
  base::replace_file(store_.data_directory(lost.config.id) + "/config.json", "", 0600);
  EXPECT_EQ(store_.list().size(), 1u);
  {
    const auto lock = store_.try_lock(lost.config.id);
    store_.sweep();
    EXPECT_TRUE(base::exists(store_.data_directory(lost.config.id))) << "somebody has it in hand";
  }
  store_.sweep();
  EXPECT_EQ(base::list_directory(data_ + "/containers"), std::vector{kept.config.id});
  EXPECT_EQ(base::list_directory(data_ + "/names"), std::vector<std::string>{"kept"});
}

TEST_F(ContainerStoreTest, ANameWhoseOwnerDiedWhileMakingItIsFree) {
  const Container first = samples::container("web");
  {
    const base::FileLock lock = store_.create(first);
    base::remove_tree(data_ + "/containers/" + first.config.id);
  }
  store_.create(samples::container("web"));
  EXPECT_EQ(store_.list().size(), 1u);
}

TEST_F(ContainerStoreTest, AStateIsReplacedWhetherItIsFlushedOrNot) {
  for (const bool auto_remove : {false, true}) {
    Container made = samples::container(auto_remove ? "removed" : "kept");
    made.config.auto_remove = auto_remove;
    const base::FileLock lock = store_.create(made);
    store_.save_state(made.config, Exited{.code = 7});
    EXPECT_EQ(std::get<Exited>(store_.load(made.config.id)->state).code, 7);
    EXPECT_EQ(base::list_directory(data_ + "/containers/" + made.config.id).size(), 2u);
  }
}

TEST_F(ContainerStoreTest, AStateThatACrashOfTheHostCutOffIsOneOfAnotherBoot) {
  Container made = samples::container("web");
  made.config.auto_remove = true;
  const base::FileLock lock = store_.create(made);
  base::replace_file(data_ + "/containers/" + made.config.id + "/state.json", "");
  EXPECT_NE(std::get<Starting>(store_.load(made.config.id)->state).boot_id, base::boot_id());
  EXPECT_EQ(store_.list().size(), 1u);
}

// It was flushed: no crash explains that, and what recovery does to a lost one would be wrong.
TEST_F(ContainerStoreTest, AnEmptyStateOfAContainerThatStaysIsCorrupt) {
  Container made = samples::container("web");
  made.config.auto_remove = false;
  const base::FileLock lock = store_.create(made);
  base::replace_file(data_ + "/containers/" + made.config.id + "/state.json", "");
  try {
    store_.load(made.config.id);
    FAIL() << "was read";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::corrupt);
  }
}

TEST_F(ContainerStoreTest, AnAmbiguousPrefixIsRefused) {
  Container first = samples::container("first");
  Container second = samples::container("second");
  first.config.id = "abc" + std::string(61, '0');
  second.config.id = "abc" + std::string(61, '1');
  store_.create(first);
  store_.create(second);
  EXPECT_THROW(store_.find("abc"), base::Error);
  EXPECT_EQ(store_.find("abc0")->config.name, "first");
}

}  // namespace
}  // namespace engine
