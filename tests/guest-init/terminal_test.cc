// Processes with a terminal.
#include <gtest/gtest.h>

#include "tests/guest-init/guest_fixture.h"

namespace guest_init_test {
namespace {

protocol::ProcessSpec on_terminal(protocol::ProcessSpec spec) {
  spec.terminal = protocol::WindowSize{.rows = 24, .columns = 80};
  spec.standard_input = true;
  return spec;
}

TEST_F(GuestTest, GivesAProcessATerminalOfItsOwn) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec =
      on_terminal(shell("tty; stty size; echo error >&2; ls -l /dev/console | cut -c 1; "
                        "echo x > /dev/tty; stat -c %u $(tty)"));
  spec.user = "dora";
  for (const bool init : {false, true}) {
    spec.init = init;
    peer().start(0, spec);
    EXPECT_EQ(peer().wait_exit(0).value, 0u);
    EXPECT_EQ(peer().view(0).text[0], "/dev/pts/0\r\n24 80\r\nerror\r\nc\r\nx\r\n1000\r\n");
    EXPECT_EQ(peer().view(0).text[1], "");
  }
}

TEST_F(GuestTest, PassesKeysAndSizesOn) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (const bool init : {false, true}) {
    auto spec = on_terminal(
        shell("trap 'stty size' WINCH; trap 'echo int' INT; stty -echo; echo ready; "
              "while [ \"$line\" != two ]; do read line && echo got $line; done; cat; echo end"));
    spec.init = init;
    peer().start(0, spec);
    auto& view = peer().view(0);
    const auto wait_for = [&](const char* text) {
      peer().wait_until(0, [&](const auto& v) { return v.text[0].ends_with(text) || v.exit; });
      EXPECT_TRUE(view.text[0].ends_with(text)) << view.text[0];
    };
    wait_for("ready\r\n");
    view.input_rest = "one\n";
    wait_for("got one\r\n");
    peer().resize(0, {.rows = 50, .columns = 132});
    view.input_rest = "two\n";  // the signal may have cut a read short: then once more
    wait_for("got two\r\n");
    EXPECT_NE(view.text[0].find("50 132\r\n"), std::string::npos) << view.text[0];
    view.input_ends = true;
    EXPECT_EQ(peer().wait_exit(0).value, 0u);
    EXPECT_TRUE(view.text[0].ends_with("end\r\n")) << view.text[0];
  }
}

TEST_F(GuestTest, InterruptsTheForegroundByAKey) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = on_terminal(
      shell("trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.05; done"));
  for (const bool init : {false, true}) {
    spec.init = init;
    peer().start(0, spec);
    peer().wait_until(0, [](const auto& v) { return v.text[0] == "ready\r\n"; });
    peer().view(0).input_rest = "\x03";
    EXPECT_EQ(peer().wait_exit(0).value, 3u);
    EXPECT_TRUE(peer().view(0).text[0].ends_with("caught\r\n"));
  }
}

TEST_F(GuestTest, LosesNothingOfATerminalBeforeTheExit) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  for (int i = 0; i < 20; ++i) {
    peer().start(0, on_terminal(shell("seq 1 20000")));
    peer().wait_exit(0);
    const std::string& text = peer().view(0).text[0];
    EXPECT_EQ(text.size(), 128894u);
    EXPECT_TRUE(text.ends_with("\n20000\r\n"));
  }
}

TEST_F(GuestTest, HangsUpATerminalThatNobodyReads) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, on_terminal(shell("sh -c 'yes'; exit 4")));
  peer().wait_until(0, [](const auto& v) { return v.text[0].size() > 1000; });
  peer().close_output(0, protocol::standard_output);
  peer().wait_until(0, [](const auto& v) { return v.exit; });
  EXPECT_TRUE(peer().view(0).output[0].ended());
}

}  // namespace
}  // namespace guest_init_test
