#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace base {
namespace {

class RemoveTree : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return directory_.path() + "/" + name; }
  TempDir directory_{"/tmp", "remove-tree-test"};
};

TEST_F(RemoveTree, TakesFilesDirectoriesAndLinks) {
  make_directories(at("tree/a/b"));
  replace_file(at("tree/a/b/file"), "x");
  replace_file(at("tree/.hidden"), "x");
  ASSERT_EQ(::mkfifo(at("tree/a/fifo").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("/nowhere", at("tree/dangling").c_str()), 0);
  remove_tree(at("tree"));
  EXPECT_FALSE(exists(at("tree")));
  remove_tree(at("tree"));
}

TEST_F(RemoveTree, NeverGoesThroughALink) {
  make_directories(at("precious"));
  replace_file(at("precious/file"), "x");
  make_directories(at("tree"));
  ASSERT_EQ(::symlink(at("precious").c_str(), at("tree/link").c_str()), 0);
  remove_tree(at("tree"));
  ASSERT_EQ(::symlink(at("precious").c_str(), at("link").c_str()), 0);
  remove_tree(at("link"));
  EXPECT_FALSE(exists(at("link")));
  EXPECT_EQ(read_file(at("precious/file"), 10), "x");
}

TEST_F(RemoveTree, TakesASingleFile) {
  replace_file(at("file"), "x");
  remove_tree(at("file"));
  EXPECT_FALSE(exists(at("file")));
}

TEST_F(RemoveTree, ManyEntriesInOneDirectoryAllGo) {
  make_directories(at("tree/sub"));
  for (int i = 0; i < 1500; ++i)  // more than one read of a directory gives
    open_file(at("tree/sub/" + std::to_string(i)), O_WRONLY | O_CREAT, 0600);
  remove_tree(at("tree"));
  EXPECT_FALSE(exists(at("tree")));
}

TEST_F(RemoveTree, ATreeDeeperThanThereAreDescriptorsGoes) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{.rlim_cur = 128, .rlim_max = before.rlim_max};
  make_directories(at("tree"));
  UniqueFd here = open_file(at("tree"), O_RDONLY | O_DIRECTORY);
  for (int depth = 0; depth < 400; ++depth) {
    ASSERT_EQ(::mkdirat(here.get(), "d", 0700), 0);
    ASSERT_TRUE(open_at(here.get(), "file", O_WRONLY | O_CREAT, 0600));
    here = open_at(here.get(), "d", O_RDONLY | O_DIRECTORY);
  }
  here.reset();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_NO_THROW(remove_tree(at("tree")));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(exists(at("tree")));
}

// In a mount namespace of its own, so that nothing outside sees it.
void remove_across_a_mount(const std::string& tree, unsigned long flags, const char* source,
                           const char* type) {
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    ::_exit(77);
  if (::mount(source, (tree + "/mnt").c_str(), type, flags, nullptr) != 0) ::_exit(77);
  replace_file(tree + "/mnt/precious", "x");
  try {
    remove_tree(tree);
  } catch (const Error& error) {
    ::_exit(exists(tree + "/mnt/precious") ? 42 : 1);
  }
  ::_exit(2);
}

int status_of(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WEXITSTATUS(status);
}

TEST_F(RemoveTree, StopsAtAnotherFileSystem) {
  make_directories(at("tree/mnt"));
  const pid_t child = ::fork();
  if (child == 0) remove_across_a_mount(at("tree"), 0, "tmpfs", "tmpfs");
  const int status = status_of(child);
  if (status == 77) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  EXPECT_EQ(status, 42);
}

TEST_F(RemoveTree, StopsAtABindMountOfTheSameFileSystem) {
  make_directories(at("tree/mnt"));
  make_directories(at("other"));
  const pid_t child = ::fork();
  if (child == 0) remove_across_a_mount(at("tree"), MS_BIND, at("other").c_str(), nullptr);
  const int status = status_of(child);
  if (status == 77) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  EXPECT_EQ(status, 42);
  EXPECT_TRUE(exists(at("other/precious")));
}

}  // namespace
}  // namespace base
