#include "monitor/log_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "base/file.h"
#include "engine/log_reader.h"
#include "guest-init/protocol/frame.h"
#include "monitor/log_files.h"
#include "tests/support/container_samples.h"

namespace monitor {
namespace {

using protocol::bytes_of;

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() {
    container_.config.log = {.kept = true, .max_size = 400, .max_files = 3};
    base::make_directories(store_.data_directory(id()), 0700);
  }
  const std::string& id() const { return container_.config.id; }

  LogFile open(const LogEnds& ends = {}) {
    return LogFile(open_log(store_, id()), container_.config.log.max_size, ends);
  }
  // What a reader makes of all files: "1a2b" for a on stdout, then b on stderr.
  std::string read(engine::LogReader& reader) const {
    std::string text;
    while (const auto record = reader.next())
      text += static_cast<char>('0' + record->stream) + record->text;
    return text;
  }
  std::string read() const {
    engine::LogReader reader(store_, container_.config);
    return read(reader);
  }

  base::TempDir directory_{testing::TempDir(), "log"};
  engine::ContainerStore store_{directory_.path(), directory_.path()};
  engine::Container container_ = samples::container();
};

TEST_F(LogFileTest, KeepsBothStreamsInTheirOrder) {
  LogFile log = open();
  log.mark();
  log.append(1, 0, bytes_of("out"));
  log.append(2, 0, bytes_of("err"));
  log.append(1, 3, bytes_of("more"));
  EXPECT_TRUE(log.flush());
  EXPECT_EQ(read(), "1out2err1more");
  EXPECT_EQ(read_log_ends(open_log(store_, id()).get()), (LogEnds{7, 3}));
}

TEST_F(LogFileTest, WhoGoesOnRepeatsNothing) {
  {
    LogFile log = open();
    log.append(1, 0, bytes_of("abc"));
    EXPECT_TRUE(log.flush());
  }
  LogFile log = open(read_log_ends(open_last_log(store_, container_.config).get()));
  log.append(1, 0, bytes_of("abc"));
  log.append(1, 1, bytes_of("bcde"));
  log.append(1, 5, bytes_of("f"));
  EXPECT_TRUE(log.flush());
  EXPECT_EQ(read(), "1abc1de1f");
}

TEST_F(LogFileTest, ARecordThatWasCutIsPassedOver) {
  {
    LogFile log = open();
    log.append(2, 0, bytes_of("whole"));
    EXPECT_TRUE(log.flush());
  }
  base::write_all(open_log(store_, id()).get(), R"({"log":"cut","stre)");
  EXPECT_EQ(read_log_ends(open_log(store_, id()).get()), (LogEnds{0, 5}));
  LogFile log = open({0, 5});
  log.append(2, 5, bytes_of("cut"));
  EXPECT_TRUE(log.flush());
  EXPECT_EQ(read(), "2whole2cut");
}

TEST_F(LogFileTest, IsRotatedAndReadOnMeanwhile) {
  LogFile log = open();
  engine::LogReader reader(store_, container_.config);
  std::uint64_t at = 0;
  std::string all;
  int rotations = 0;
  for (int number = 0; number < 40; ++number) {
    const std::string text = "line " + std::to_string(number) + "\n";
    log.append(1, at, bytes_of(text));
    at += text.size();
    EXPECT_TRUE(log.flush());
    if (log.is_full()) {
      EXPECT_FALSE(log.is_full()) << "said once";
      log.go_on_in(rotate_log(store_, container_.config));
      ++rotations;
    }
    all += "1" + text;
    if (number % 3 == 0) {
      EXPECT_EQ(read(reader), std::exchange(all, ""));
    }
  }
  EXPECT_EQ(read(reader), all);
  EXPECT_GT(rotations, 5);
  EXPECT_FALSE(base::exists(store_.log_path(id(), 3)));
  const std::string kept = read();
  EXPECT_TRUE(kept.ends_with("1line 38\n1line 39\n"));
  EXPECT_LT(kept.size(), 200u);
}

// Who takes over after a rotation finds in the file before where the streams stood.
TEST_F(LogFileTest, AnEmptyNewestFileHidesNothing) {
  LogFile log = open();
  log.append(1, 0, bytes_of("abc"));
  EXPECT_TRUE(log.flush());
  rotate_log(store_, container_.config);
  EXPECT_EQ(read_log_ends(open_last_log(store_, container_.config).get()), (LogEnds{3, 0}));
}

TEST_F(LogFileTest, WithOneFileTheOldOneIsForgotten) {
  container_.config.log.max_files = 1;
  LogFile log = open();
  log.append(1, 0, bytes_of("abc"));
  EXPECT_TRUE(log.flush());
  log.go_on_in(rotate_log(store_, container_.config));
  EXPECT_TRUE(log.flush());
  log.append(1, 3, bytes_of("d"));
  EXPECT_TRUE(log.flush());
  EXPECT_EQ(read(), "1d");
}

TEST_F(LogFileTest, AFullDiskLosesNothing) {
  ASSERT_NE(::signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  LogFile log = open();
  const rlimit small{100, RLIM_INFINITY};
  const rlimit large{RLIM_INFINITY, RLIM_INFINITY};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  log.append(1, 0, bytes_of("before"));
  log.append(2, 0, bytes_of("after"));
  const bool whole = log.flush();
  const bool again = log.flush();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &large), 0);
  EXPECT_FALSE(whole || again);
  EXPECT_TRUE(log.flush());
  EXPECT_EQ(read(), "1before2after");
}

}  // namespace
}  // namespace monitor
