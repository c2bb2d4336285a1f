#include "base/lock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/subprocess.h"

namespace base {
namespace {

class Lock : public testing::Test {
 protected:
  TempDir directory_{"/tmp", "lock-test"};
  std::string path_ = directory_.path() + "/lock";
};

TEST_F(Lock, HasOneHolderAtATime) {
  EXPECT_FALSE(is_locked(path_));
  EXPECT_FALSE(exists(path_));
  {
    auto first = FileLock::try_acquire(path_);
    ASSERT_TRUE(first);
    EXPECT_TRUE(is_locked(path_));
    EXPECT_FALSE(FileLock::try_acquire(path_));
  }
  EXPECT_FALSE(is_locked(path_));
  EXPECT_TRUE(FileLock::try_acquire(path_));
}

TEST_F(Lock, TheFileIsPrivate) {
  const auto lock = FileLock::try_acquire(path_);
  struct stat info {};
  ASSERT_EQ(::fstat(lock->fd(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
}

TEST_F(Lock, IsUnavailableAfterTheDeadline) {
  const auto held = FileLock::try_acquire(path_);
  try {
    FileLock::acquire(path_, Deadline::after(Milliseconds{20}), "container web");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_TRUE(error.message().starts_with("container web: ")) << error.message();
  }
}

TEST_F(Lock, IsGotWhenItsHolderLetsGo) {
  auto held = FileLock::try_acquire(path_);
  std::thread holder([&] {
    std::this_thread::sleep_for(Milliseconds{30});
    held.reset();
  });
  EXPECT_NO_THROW(FileLock::acquire(path_, Deadline::after(std::chrono::seconds{30}), "it"));
  holder.join();
}

TEST_F(Lock, OnARemovedFileIsNotTheLock) {
  const auto old = FileLock::try_acquire(path_);
  remove_file(path_);
  EXPECT_FALSE(is_locked(path_));
  const auto fresh = FileLock::try_acquire(path_);
  ASSERT_TRUE(fresh);
  EXPECT_TRUE(is_locked(path_));
}

TEST_F(Lock, OnALinkIsRefused) {
  ASSERT_EQ(::symlink("/etc/passwd", path_.c_str()), 0);
  EXPECT_THROW(FileLock::try_acquire(path_), Error);
}

TEST_F(Lock, LivesOnInAnHeir) {
  auto lock = FileLock::try_acquire(path_);
  Child heir = spawn({.argv = {"sleep", "1000"}, .fds = {{lock->fd(), 5}}});
  lock.reset();
  EXPECT_TRUE(is_locked(path_));
  heir.kill(SIGKILL);
  ASSERT_TRUE(heir.wait(Deadline::never()));
  EXPECT_FALSE(is_locked(path_));
}

TEST_F(Lock, IsTakenOverByItsDescriptor) {
  auto lock = FileLock::try_acquire(path_);
  const UniqueFd copy = duplicate(lock->fd());
  FileLock adopted = FileLock::adopt(lock->release());
  lock.reset();
  EXPECT_TRUE(is_locked(path_));
  const UniqueFd given = adopted.release();
  EXPECT_TRUE(given);
  EXPECT_TRUE(is_locked(path_));
}

TEST_F(Lock, WhoLooksIsInNobodysWay) {
  replace_file(path_, "");
  const UniqueFd looker = open_file(path_, O_RDONLY);
  ASSERT_EQ(::flock(looker.get(), LOCK_SH), 0);
  EXPECT_FALSE(is_locked(path_));
  std::thread look([&] {
    std::this_thread::sleep_for(Milliseconds{20});
    ::flock(looker.get(), LOCK_UN);
  });
  EXPECT_TRUE(FileLock::try_acquire(path_));
  look.join();
}

TEST_F(Lock, RemovingAndTakingItAtOnceNeverHasTwoHolders) {
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> rounds{0};
  std::array<std::thread, 3> threads;
  for (std::thread& thread : threads)
    thread = std::thread([&] {
      for (int round = 0; round < 3000; ++round) {
        const auto lock = FileLock::try_acquire(path_);
        if (!lock) continue;
        const int now = ++inside;
        if (now > most) most = now;
        std::this_thread::yield();
        ++rounds;
        --inside;
        remove_file(path_);  // the holder's last act
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(rounds, 0);
  EXPECT_LE(most, 1);
}

}  // namespace
}  // namespace base
