// Disks that containers write on, as e2fsck and dumpe2fs see them.
#include "monitor/writable_disk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/subprocess.h"

namespace monitor {
namespace {

constexpr std::uint64_t size = 256u << 20;
constexpr auto patience = base::Milliseconds(60'000);

class WritableDiskTest : public ::testing::Test {
 protected:
  WritableDisk disk(const std::string& name) const {
    return {.path = directory_.path() + "/" + name,
            .size = size,
            .uuid = base::Uuid::random(),
            .templates = directory_.path() + "/empty",
            .once = false};
  }
  static std::string told(const std::vector<std::string>& argv) {
    return base::run_checked(argv, base::Deadline::after(patience));
  }

  base::TempDir directory_{::testing::TempDir(), "disk"};
};

TEST_F(WritableDiskTest, IsAWholeFileSystemWithItsOwnName) {
  for (const char* name : {"one", "two"}) {
    const WritableDisk wanted = disk(name);
    make_writable_disk(wanted);
    told({"e2fsck", "-fn", wanted.path});  // fails for any finding
    const std::string about = told({"dumpe2fs", "-h", wanted.path});
    EXPECT_NE(about.find(wanted.uuid.text()), std::string::npos) << about;
  }
}

TEST_F(WritableDiskTest, HasNoJournalAndNoBarriersWhereNobodyWantsItAfterwards) {
  make_writable_disk(disk("kept"));
  WritableDisk wanted = disk("one");
  wanted.once = true;
  make_writable_disk(wanted);
  told({"e2fsck", "-fn", wanted.path});
  const std::string about = told({"dumpe2fs", "-h", wanted.path});
  EXPECT_EQ(about.find("has_journal"), std::string::npos) << about;
  EXPECT_NE(about.find("nobarrier"), std::string::npos) << about;
  EXPECT_NE(told({"dumpe2fs", "-h", disk("kept").path}).find("has_journal"), std::string::npos);
}

TEST_F(WritableDiskTest, IsMadeOnceAndThenCopied) {
  const std::string made = directory_.path() + "/empty/ext4-" + std::to_string(size);
  struct stat before {};
  struct stat after {};
  make_writable_disk(disk("one"));
  ASSERT_EQ(stat(made.c_str(), &before), 0);
  make_writable_disk(disk("two"));
  ASSERT_EQ(stat(made.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

TEST_F(WritableDiskTest, TakesNoMoreThanWhatIsWritten) {
  make_writable_disk(disk("first"));
  const WritableDisk wanted = disk("one");
  make_writable_disk(wanted);
  struct stat status {};
  ASSERT_EQ(stat(wanted.path.c_str(), &status), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), size);
  EXPECT_LT(status.st_blocks * 512, 1 << 20);
}

TEST_F(WritableDiskTest, StaysAsItIsWhereItIsThere) {
  const WritableDisk wanted = disk("one");
  base::replace_file(wanted.path, "mine");
  make_writable_disk(wanted);
  EXPECT_EQ(base::read_file(wanted.path, 16), "mine");
}

TEST_F(WritableDiskTest, OneThatIsNoneOfOursIsNotCopied) {
  const WritableDisk wanted = disk("one");
  base::make_directories(wanted.templates);
  base::replace_file(wanted.templates + "/ext4-" + std::to_string(size), std::string(4096, 'x'));
  EXPECT_THROW(make_writable_disk(wanted), base::Error);
  EXPECT_FALSE(base::exists(wanted.path));
}

TEST_F(WritableDiskTest, AnAttemptThatWasCutOffIsMadeAnew) {
  const WritableDisk wanted = disk("one");
  base::make_directories(wanted.templates);
  base::replace_file(wanted.path + ".new", "half");
  base::replace_file(wanted.templates + "/.new", "half");
  make_writable_disk(wanted);
  told({"e2fsck", "-fn", wanted.path});
}

}  // namespace
}  // namespace monitor
