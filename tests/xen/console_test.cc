#include "xen/console.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <termios.h>

#include "base/error.h"
#include "tests/support/fake_xenstore.h"

namespace xen {
namespace {

using Lines = std::vector<std::string>;

TEST(LastLines, keeps_the_last_ones_whatever_the_pieces) {
  LastLines last(3);
  for (const char* piece : {"on", "e\ntwo\r\nth", "ree\n", "four\n", "unfin"}) last.add(piece);
  EXPECT_EQ(last.lines(), (Lines{"three", "four", "unfin"}));
  last.add("ished\n\n");
  EXPECT_EQ(last.lines(), (Lines{"four", "unfinished", ""}));
}

TEST(LastLines, cuts_a_line_that_never_ends) {
  LastLines last(2);
  for (int i = 0; i < 1000; ++i) last.add("0123456789");
  last.add("\nnext");
  ASSERT_EQ(last.lines().size(), 2u);
  EXPECT_EQ(last.lines()[0].size(), 512u);
  EXPECT_EQ(last.lines()[1], "next");
}

// A pty as xenconsoled has one for each guest.
class Pty {
 public:
  Pty() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0) master_.reset();
    if (!master_) return;
    name_ = ::ptsname(master_.get());
    slave_ = base::open_file(name_, O_RDWR | O_NOCTTY);
    termios raw{};
    ::cfmakeraw(&raw);
    ::tcsetattr(slave_.get(), TCSANOW, &raw);
  }
  const std::string& name() const { return name_; }
  void say(std::string_view text) { base::write_all(master_.get(), text); }
  void close() {
    slave_.reset();
    master_.reset();
  }

 private:
  base::UniqueFd master_;
  base::UniqueFd slave_;
  std::string name_;
};

TEST(Console, reads_what_the_guests_kernel_says_until_it_is_gone) {
  Pty pty;
  if (pty.name().empty()) GTEST_SKIP() << "this machine gives no pty";
  testing_support::FakeXenStore store;
  store.write({"/local/domain/7/console/tty", pty.name(), {}});
  Console console = Console::open(store, {7}, base::Deadline::after(std::chrono::seconds(1)));
  EXPECT_EQ(console.read(), "");
  pty.say("Linux version 6\npanic");
  ASSERT_TRUE(base::wait_readable(console.fd(), base::Deadline::after(std::chrono::seconds(5))));
  EXPECT_EQ(console.read(), "Linux version 6\npanic");
  EXPECT_EQ(console.last().lines(), (Lines{"Linux version 6", "panic"}));
  pty.close();
  EXPECT_EQ(console.read(), std::nullopt);
}

TEST(Console, opens_nothing_but_a_pty_whatever_xenstore_says) {
  for (const char* path : {"/dev/null", "/dev/pts/../null", "/dev/pts/1/../../null", "/dev/pts/"}) {
    testing_support::FakeXenStore store;
    store.write({"/local/domain/7/console/tty", path, {}});
    try {
      Console::open(store, {7}, base::Deadline::after(std::chrono::seconds(1)));
      ADD_FAILURE() << path;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::corrupt) << path;
    }
  }
}

TEST(Console, without_xenconsoled_there_is_none) {
  testing_support::FakeXenStore store;
  EXPECT_THROW(Console::open(store, {7}, base::Deadline::after(std::chrono::seconds(1))),
               base::Error);
}

}  // namespace
}  // namespace xen
