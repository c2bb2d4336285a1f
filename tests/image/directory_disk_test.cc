#include "image/directory_disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/image/disk_fixture.h"

namespace image {
namespace {

class DirectoryDisk : public testing::Test {
 protected:
  DirectoryDisk() {
    base::make_directories(tree_ + "/bin");
    base::replace_file(tree_ + "/bin/a b", "content\n", 0750);
    EXPECT_EQ(symlink("a b", (tree_ + "/bin/link").c_str()), 0);
    EXPECT_EQ(link((tree_ + "/bin/a b").c_str(), (tree_ + "/hard").c_str()), 0);
    EXPECT_EQ(mkfifo((tree_ + "/fifo").c_str(), 0600), 0);
    EXPECT_EQ(chmod((tree_ + "/bin/a b").c_str(), 04755), 0);
    EXPECT_EQ(chmod(tree_.c_str(), 0711), 0);
  }
  Disk convert() {
    Disk disk{.fd = base::open_file(directory_.path() + "/disk", O_CREAT | O_RDWR | O_EXCL, 0600)};
    disk.result.disk_bytes = write_directory_disk(tree_, disk.fd.get(), {.worker = VXN_WORKER});
    return disk;
  }

  base::TempDir directory_{"/tmp", "directory-disk-test"};
  std::string tree_ = directory_.path() + "/tree";
};

TEST_F(DirectoryDisk, HoldsWhatTheDirectoryDoes) {
  const bool labelled = setxattr((tree_ + "/bin").c_str(), "user.label", "x", 1, 0) == 0;
  const Disk disk = convert();
  DiskView view(disk);
  EXPECT_EQ(view.read("bin/a b"), "content\n");
  EXPECT_EQ(view.inode("bin/a b").mode, 04755);
  EXPECT_EQ(view.inode("bin/a b").uid, geteuid());
  EXPECT_EQ(view.inode("bin/link").target, "a b");
  EXPECT_EQ(view.inode("hard").number, view.inode("bin/a b").number);
  EXPECT_EQ(view.inode("fifo").type, EntryType::fifo);
  EXPECT_EQ(view.inode("").mode, 0711);
  EXPECT_EQ(view.inode("bin").xattrs.size(), labelled ? 1u : 0u);
  struct stat status {};
  ASSERT_EQ(fstat(disk.fd.get(), &status), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), disk.result.disk_bytes);
}

TEST_F(DirectoryDisk, WhatCannotBeReadIsToldInTarsWords) {
  if (geteuid() == 0) {
    tree_ += "/bin/none";
    EXPECT_THROW(convert(), base::Error);
    return;
  }
  EXPECT_EQ(chmod((tree_ + "/bin/a b").c_str(), 0), 0);
  try {
    convert();
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_TRUE(error.message().starts_with("tar: ")) << error.message();
  }
}

TEST_F(DirectoryDisk, AWorkerThatIsNotThereIsToldOf) {
  const base::UniqueFd output = base::memory_file("disk");
  EXPECT_THROW(write_directory_disk(tree_, output.get(), {.worker = "/nowhere"}), base::Error);
}

}  // namespace
}  // namespace image
