// What a hostile worker may leave in its directory, and what the parent makes of it.
#include "image/staging.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/image/store_fixture.h"

namespace image {
namespace {

class StagingTest : public StoreTest {
 protected:
  std::optional<Staging> staging_{std::in_place, store_, std::nullopt};
  std::string inside_ = store_.layout().staging() + "/" + files("staging").front() + "/";
  std::string target_ = store_.layout().blob(digest_of('a'));

  std::string refusal(const std::string& name) {
    try {
      staging_->install(name, target_, 5);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "";
  }
};

TEST_F(StagingTest, a_finished_file_moves_and_nobody_else_can_write_to_it) {
  base::replace_file(inside_ + "blob-a", "12345", 0666);
  EXPECT_EQ(refusal("blob-a"), "");
  struct stat status {};
  ASSERT_EQ(lstat(target_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644U);
  EXPECT_EQ(status.st_uid, geteuid());
  EXPECT_FALSE(base::exists(inside_ + "blob-a"));
}

TEST_F(StagingTest, anything_else_is_refused_and_does_not_move) {
  base::replace_file(inside_ + "short", "1234");
  base::replace_file(inside_ + "long", "123456");
  base::replace_file(inside_ + "linked", "12345");
  ASSERT_EQ(link((inside_ + "linked").c_str(), (inside_ + "other").c_str()), 0);
  ASSERT_EQ(symlink("/etc/passwd", (inside_ + "symlink").c_str()), 0);
  ASSERT_EQ(mkfifo((inside_ + "fifo").c_str(), 0666), 0);
  base::make_directories(inside_ + "directory");
  for (const char* name :
       {"short", "long", "linked", "symlink", "fifo", "directory", "absent", "../escape"}) {
    EXPECT_NE(refusal(name), "") << name;
    EXPECT_FALSE(base::exists(target_)) << name;
  }
}

TEST_F(StagingTest, nothing_is_left_at_the_end) {
  base::replace_file(inside_ + "blob-a", "12345");
  base::make_directories(inside_ + "deep/er");
  staging_.reset();
  EXPECT_TRUE(files("staging").empty());
}

TEST_F(StagingTest, one_under_way_is_no_garbage) {
  base::replace_file(inside_ + "blob-a", "12345");
  store_.collect_garbage({});
  EXPECT_TRUE(base::exists(inside_ + "blob-a"));
  const Staging other(store_, std::nullopt);
  EXPECT_TRUE(base::exists(inside_ + "blob-a"));
}

}  // namespace
}  // namespace image
