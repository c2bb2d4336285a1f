#include "base/log.h"

#include <gtest/gtest.h>

namespace base {
namespace {

class Log : public testing::Test {
 protected:
  void SetUp() override { set_log_prefix("vxn"); }
  void TearDown() override {
    set_log_level(LogLevel::warning);
    set_log_prefix("");
  }
  static std::string of(auto work) {
    testing::internal::CaptureStderr();
    work();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(Log, TellsWarningsAndHidesDebuggingAtFirst) {
  EXPECT_EQ(of([] { log_warning("{} of {}", 1, 2); }), "vxn: warning: 1 of 2\n");
  EXPECT_EQ(of([] { log_debug("x"); }), "");
  EXPECT_EQ(of([] { log_line(LogLevel::debug, "x"); }), "");
}

TEST_F(Log, DebuggingTellsTheSeconds) {
  set_log_level(LogLevel::debug);
  const std::string line = of([] { log_debug("attached {}", "xvda"); });
  EXPECT_TRUE(line.starts_with("vxn: [ ")) << line;
  EXPECT_TRUE(line.ends_with("] attached xvda\n")) << line;
}

TEST_F(Log, ErrorsAloneAreToldAtTheirLevel) {
  set_log_level(LogLevel::error);
  EXPECT_EQ(of([] { log_warning("x"); }), "");
  EXPECT_EQ(of([] { log_line(LogLevel::error, "x"); }), "vxn: x\n");
}

TEST_F(Log, StaysOneLineWithoutTerminalSequences) {
  EXPECT_EQ(of([] { log_warning("{}", "a\nb\x1b[2J"); }), "vxn: warning: a\\nb\\x1b[2J\n");
}

}  // namespace
}  // namespace base
