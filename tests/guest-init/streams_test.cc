// The three standard streams: every byte, once, in order, and ends that are told.
#include <gtest/gtest.h>

#include <random>

#include "tests/guest-init/guest_fixture.h"

namespace guest_init_test {
namespace {

std::string random_bytes(std::size_t size) {
  std::mt19937_64 random(size);  // NOLINT(cert-msc51-cpp): the same each time
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    const std::uint64_t word = random();
    memcpy(bytes.data() + i, &word, sizeof word);
  }
  return bytes;
}

protocol::ProcessSpec with_input(protocol::ProcessSpec spec) {
  spec.standard_input = true;
  return spec;
}

TEST_F(GuestTest, KeepsOutputAndErrorsApart) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  const Result result = run(shell("echo 1; echo 2 >&2; echo 3; echo 4 >&2"));
  EXPECT_EQ(result.out, "1\n3\n");
  EXPECT_EQ(result.err, "2\n4\n");
}

TEST_F(GuestTest, RelaysSixtyFourMegabytesBothWays) {
  const std::string bytes = random_bytes(64 << 20);
  ASSERT_NO_FATAL_FAILURE(boot_container());
  const Result result = run(with_input(command({"cat"})), bytes);
  EXPECT_TRUE(result.out == bytes);
  EXPECT_EQ(result.exit.streams[0].bytes, bytes.size());
  EXPECT_EQ(result.exit.streams[0].crc, result.exit.streams[1].crc);
}

TEST_F(GuestTest, TellsTheEndOfStandardInput) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  EXPECT_EQ(run(with_input(command({"wc", "-c"})), "").out, "0\n");
  EXPECT_EQ(run(with_input(command({"wc", "-c"})), "five\n").out, "5\n");
  EXPECT_EQ(run(command({"wc", "-c"})).out, "0\n") << "without one it is /dev/null";
  EXPECT_EQ(run(shell("readlink /proc/self/fd/0")).out, "/dev/null\n");
}

TEST_F(GuestTest, EndsThoughItsStandardInputDoesNot) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, with_input(command({"head", "-c", "1"})));
  peer().view(0).input_rest = random_bytes(8 << 20);
  peer().wait_exit(0);
  EXPECT_EQ(peer().view(0).text[0].size(), 1u);
}

TEST_F(GuestTest, TellsThatTheProcessClosedItsStandardInput) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(
      0, with_input(shell("exec 0<&-; echo closed; while [ ! -e /tmp/go ]; do sleep 0.01; done")));
  peer().view(0).input_rest = random_bytes(8 << 20);
  peer().wait_until(0, [](const auto& v) { return v.input_closed; });
  EXPECT_FALSE(peer().view(0).exit);
  EXPECT_EQ(run(command({"touch", "/tmp/go"}), "", 1).exit.value, 0u);
  EXPECT_EQ(peer().wait_exit(0).value, 0u);
}

TEST_F(GuestTest, LosesNothingOfABurstBeforeTheExit) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  const std::string megabyte(1 << 20, 'x');
  for (int i = 0; i < 50; ++i) {
    const Result result = run(shell("head -c 1048576 /dev/zero | tr '\\0' x; echo end >&2"));
    ASSERT_TRUE(result.out == megabyte) << i << ": " << result.out.size();
    ASSERT_EQ(result.err, "end\n");
  }
}

TEST_F(GuestTest, StopsAWriterThatNobodyReads) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer().start(0, shell("yes | cat; echo ended >&2; yes >&2"));
  peer().wait_until(0, [](const auto& v) { return v.text[0].size() > 100000; });
  peer().close_output(0, protocol::standard_output);
  peer().wait_until(0, [](const auto& v) { return !v.text[1].empty(); });
  EXPECT_EQ(peer().view(0).text[1].substr(0, 6), "ended\n");
  peer().close_output(0, protocol::standard_error);
  peer().wait_until(0, [](const auto& v) { return v.exit; });
  EXPECT_TRUE(peer().view(0).output[0].ended());
}

TEST_F(GuestTest, HoldsBackAProcessThatTheHostDoesNotRead) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  auto spec = shell("head -c 8388608 /dev/zero; echo done > /tmp/done");
  peer().start(0, spec);
  peer().view(0).reads = false;
  ASSERT_FALSE(peer().wait_started(0));
  peer().idle(base::Milliseconds(300));
  EXPECT_EQ(peer().view(0).text[0].size(), 0u) << "no credit was given";
  EXPECT_EQ(run(command({"ls", "/tmp/done"}), "", 1).exit.value, 1u);
  peer().view(0).reads = true;
  EXPECT_EQ(peer().wait_exit(0).value, 0u);
  EXPECT_EQ(peer().view(0).text[0].size(), 8388608u);
}

}  // namespace
}  // namespace guest_init_test
