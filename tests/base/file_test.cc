#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace base {
namespace {

class File : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return directory_.path() + "/" + name; }
  std::vector<std::string> names() const { return list_directory(directory_.path()); }
  TempDir directory_{"/tmp", "file-test"};
};

mode_t mode_of(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(::lstat(path.c_str(), &info), 0);
  return info.st_mode & 07777;
}

TEST_F(File, ReadFileReturnsTheBytesUpToTheLimit) {
  replace_file(at("a"), std::string_view("x\0y", 3));
  EXPECT_EQ(read_file(at("a"), 3), std::string("x\0y", 3));
  try {
    read_file(at("a"), 2);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_EQ(error.message(), at("a") + ": larger than 2 bytes");
  }
  EXPECT_FALSE(try_read_file(at("absent"), 10));
  EXPECT_THROW(read_file(at("absent"), 10), Error);
  EXPECT_EQ(read_file("/proc/self/comm", 100), "base_test\n");
}

TEST_F(File, AnAttemptWithoutCommitLeavesTheOldFileAndNothingElse) {
  replace_file(at("record"), "old");
  {
    AtomicFile file(at("record"));
    file.write("new");
    const std::vector<std::string> during = names();
    ASSERT_EQ(during.size(), 2u);
    EXPECT_TRUE(during[0].starts_with(".record.tmp-"));
    EXPECT_EQ(during[0].size(), std::string(".record.tmp-XXXXXX").size());
  }
  EXPECT_EQ(names(), std::vector<std::string>{"record"});
  EXPECT_EQ(read_file(at("record"), 10), "old");
}

TEST_F(File, CommitReplacesTheFileWithItsMode) {
  replace_file(at("record"), "old", 0600);
  AtomicFile file(at("record"), 0640);
  file.write("n");
  file.write("ew");
  file.commit();
  EXPECT_EQ(read_file(at("record"), 10), "new");
  EXPECT_EQ(mode_of(at("record")), 0640u);
  EXPECT_EQ(names(), std::vector<std::string>{"record"});
}

TEST_F(File, CommitOverADirectoryFailsAndLeavesNoAttempt) {
  make_directories(at("record"));
  {
    AtomicFile file(at("record"));
    EXPECT_THROW(file.commit(), Error);
  }
  EXPECT_EQ(names(), std::vector<std::string>{"record"});
}

TEST_F(File, AnAtomicFileInAnAbsentDirectoryIsNotFound) {
  try {
    AtomicFile file(at("absent/record"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_NE(error.message().find(at("absent/record")), std::string::npos);
  }
}

TEST_F(File, ATempDirGoesWithAllInItUnlessKept) {
  std::string gone;
  std::string kept;
  {
    TempDir first(directory_.path(), "work");
    TempDir second(directory_.path(), "work");
    gone = first.path();
    kept = second.path();
    EXPECT_EQ(mode_of(gone), 0700u);
    make_directories(gone + "/a/b");
    replace_file(gone + "/a/b/c", "x");
    TempDir moved = std::move(first);
    EXPECT_EQ(moved.path(), gone);
    second.keep();
  }
  EXPECT_FALSE(exists(gone));
  EXPECT_TRUE(is_directory(kept));
}

TEST_F(File, ExistsLooksAtTheLinkAndIsDirectoryBehindIt) {
  ASSERT_EQ(::symlink("/nowhere", at("dangling").c_str()), 0);
  ASSERT_EQ(::symlink("/tmp", at("link").c_str()), 0);
  replace_file(at("file"), "");
  EXPECT_TRUE(exists(at("dangling")));
  EXPECT_FALSE(is_directory(at("dangling")));
  EXPECT_TRUE(is_directory(at("link")));
  EXPECT_FALSE(is_directory(at("file")));
  EXPECT_FALSE(exists(at("file") + "/below"));
  EXPECT_FALSE(is_directory(at("file") + "/below"));
}

TEST_F(File, MakeDirectoriesMakesAllAndMayBeRepeated) {
  make_directories(at("a//b/c/"), 0700);
  make_directories(at("a/b/c"), 0700);
  EXPECT_EQ(mode_of(at("a/b")), 0700u);
  make_directories("/proc");  // there, though nobody may make one
  replace_file(at("file"), "");
  EXPECT_THROW(make_directories(at("file")), Error);
  EXPECT_THROW(make_directories(at("file/below")), Error);
}

TEST_F(File, MakeDirectoriesTakesAPathBelowTheWorkingDirectory) {
  const UniqueFd before = open_file(".", O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::chdir(directory_.path().c_str()), 0);
  make_directories("x/y");
  replace_file("name", "text");
  ASSERT_EQ(::fchdir(before.get()), 0);
  EXPECT_TRUE(is_directory(at("x/y")));
  EXPECT_EQ(read_file(at("name"), 10), "text");
}

TEST_F(File, RemoveFileMayBeRepeated) {
  replace_file(at("file"), "");
  remove_file(at("file"));
  remove_file(at("file"));
  EXPECT_FALSE(exists(at("file")));
  EXPECT_THROW(remove_file(directory_.path()), Error);
}

TEST_F(File, ListDirectoryIsSortedAndEmptyWhereThereIsNone) {
  for (const char* name : {"b", "a", ".c"}) replace_file(at(name), "");
  EXPECT_EQ(names(), (std::vector<std::string>{".c", "a", "b"}));
  EXPECT_TRUE(list_directory(at("absent")).empty());
  EXPECT_THROW(list_directory(at("a")), Error);
}

TEST_F(File, FreeBytesIsOfTheFileSystem) {
  EXPECT_GT(free_bytes(directory_.path()), 0u);
  EXPECT_EQ(free_bytes("/proc"), 0u);
  EXPECT_THROW(free_bytes(at("absent")), Error);
}

}  // namespace
}  // namespace base
