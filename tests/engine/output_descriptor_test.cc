#include "engine/output_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/file.h"

namespace engine {
namespace {

constexpr std::size_t block_size = 1u << 20;

// Until it takes nothing more; how much it took.
std::size_t fill(OutputDescriptor& output) {
  const std::string block(block_size, 'x');
  std::size_t total = 0;
  while (const auto size = output.write(base::as_bytes(block))) {
    if (*size == 0) break;
    total += *size;
  }
  return total;
}

TEST(OutputDescriptor, AFullPipeDoesNotBlockAndItsFlagsStayAsTheyWere) {
  const base::Pair pipe = base::make_pipe();
  OutputDescriptor output(pipe.second.get());
  const std::size_t total = fill(output);
  EXPECT_GE(total, 4096u);
  EXPECT_LT(total, 2 * block_size);
  EXPECT_EQ(fcntl(pipe.second.get(), F_GETFL) & O_NONBLOCK, 0);
}

// Who may not open it a second time writes where poll(2) promises room only.
TEST(OutputDescriptor, AFullPipeOfSomebodyElseDoesNotBlockEither) {
  const base::Pair pipe = base::make_pipe();
  ASSERT_EQ(fchmod(pipe.second.get(), 0), 0);
  const uid_t root = geteuid();
  ASSERT_EQ(seteuid(root == 0 ? 65534 : root), 0);
  OutputDescriptor output(pipe.second.get());
  ASSERT_EQ(seteuid(root), 0);
  ASSERT_EQ(output.fd(), pipe.second.get()) << "it could not be opened again";
  const std::size_t total = fill(output);
  EXPECT_GE(total, 4096u);
  EXPECT_LT(total, block_size);
}

TEST(OutputDescriptor, ABrokenPipeIsTold) {
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
  base::Pair pipe = base::make_pipe();
  OutputDescriptor output(pipe.second.get());
  pipe.first.reset();
  EXPECT_FALSE(output.write(base::as_bytes("x")));
  EXPECT_EQ(output.error(), EPIPE);
}

TEST(OutputDescriptor, SharedFilesKeepTheirPosition) {
  const base::TempDir place(testing::TempDir(), "out");
  const std::string path = place.path() + "/f";
  const base::UniqueFd file = base::open_file(path, O_CREAT | O_RDWR, 0600);
  OutputDescriptor first(file.get());
  OutputDescriptor second(file.get());
  first.write(base::as_bytes("a"));
  second.write(base::as_bytes("b"));
  first.write(base::as_bytes("c"));
  EXPECT_EQ(base::read_file(path, 10), "abc");
}

TEST(OutputDescriptor, AFullDiskIsTold) {
  const base::UniqueFd full = base::open_file("/dev/full", O_WRONLY);
  OutputDescriptor output(full.get());
  EXPECT_FALSE(output.write(base::as_bytes("x")));
  EXPECT_EQ(output.error(), ENOSPC);
}

}  // namespace
}  // namespace engine
