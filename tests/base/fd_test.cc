#include "base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "base/error.h"
#include "base/file.h"

namespace base {
namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
bool is_cloexec(int fd) { return (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

// In a process of its own; its exit status tells what failed.
TEST(HoldStandardDescriptors, ClosedOnesAreHeldByDevNullAndOpenOnesAreLeftAlone) {
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    const int marked = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
    ::dup2(marked, STDOUT_FILENO);
    ::close(STDIN_FILENO);
    ::close(STDERR_FILENO);
    hold_standard_descriptors();
    if (::read(STDIN_FILENO, &byte, 1) != 0) _exit(1);
    if (::read(STDOUT_FILENO, &byte, 1) != 1) _exit(2);
    if (::write(STDERR_FILENO, &byte, 1) >= 0 || errno != EBADF) _exit(3);
    _exit(open_file("/dev/null", O_RDONLY).get() > STDERR_FILENO ? 0 : 4);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(UniqueFd, ClosesWhatItOwnsOnce) {
  int number = -1;
  {
    UniqueFd fd = open_file("/dev/null", O_RDONLY);
    number = fd.get();
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, MovingHandsTheDescriptorOver) {
  UniqueFd first = open_file("/dev/null", O_RDONLY);
  UniqueFd second = open_file("/dev/null", O_RDONLY);
  const int kept = first.get();
  const int dropped = second.get();
  second = std::move(first);
  EXPECT_EQ(second.get(), kept);
  EXPECT_FALSE(is_open(dropped));
  UniqueFd& self = second;
  second = std::move(self);
  EXPECT_TRUE(is_open(kept));
  EXPECT_EQ(second.release(), kept);
  EXPECT_FALSE(second);
  ::close(kept);
}

TEST(OpenFile, EveryDescriptorIsCloseOnExec) {
  EXPECT_TRUE(is_cloexec(open_file("/dev/null", O_RDONLY).get()));
  EXPECT_TRUE(is_cloexec(try_open_file("/dev/null", O_RDONLY)->get()));
  EXPECT_TRUE(is_cloexec(duplicate(STDERR_FILENO).get()));
  const Pair pipe = make_pipe();
  const Pair sockets = make_socket_pair();
  for (const UniqueFd* fd : {&pipe.first, &pipe.second, &sockets.first, &sockets.second})
    EXPECT_TRUE(is_cloexec(fd->get()));
  set_cloexec(pipe.first.get(), false);
  EXPECT_FALSE(is_cloexec(pipe.first.get()));
}

TEST(OpenFile, WhatIsAbsentIsNotFoundByName) {
  try {
    open_file("/nowhere/at-all", O_RDONLY);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(error.message(), "/nowhere/at-all: No such file or directory");
  }
  EXPECT_FALSE(try_open_file("/nowhere/at-all", O_RDONLY));
  EXPECT_THROW(try_open_file("/dev/null/x", O_RDONLY), Error);
}

TEST(ReadSome, TellsNoBytesNowFromNoBytesEver) {
  Pair pipe = make_pipe();
  std::array<std::byte, 8> buffer{};
  set_nonblocking(pipe.first.get(), true);
  EXPECT_EQ(read_some(pipe.first.get(), buffer), std::nullopt);
  write_all(pipe.second.get(), "abc");
  EXPECT_EQ(read_some(pipe.first.get(), buffer), 3u);
  pipe.second.reset();
  EXPECT_EQ(read_some(pipe.first.get(), buffer), 0u);
}

TEST(ReadExactly, AnEndInTheMiddleIsCorrupt) {
  Pair pipe = make_pipe();
  std::array<std::byte, 4> buffer{};
  write_all(pipe.second.get(), "abcdef");
  pipe.second.reset();
  EXPECT_TRUE(read_exactly(pipe.first.get(), buffer));
  EXPECT_EQ(buffer[3], std::byte{'d'});
  try {
    read_exactly(pipe.first.get(), buffer);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
  }
  EXPECT_FALSE(read_exactly(pipe.first.get(), buffer));
}

TEST(WriteAll, CompletesOnAFullNonblockingPipe) {
  Pair pipe = make_pipe();
  set_nonblocking(pipe.first.get(), true);
  set_nonblocking(pipe.second.get(), true);
  std::string sent(300'000, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 7 + i / 256);
  std::string received;
  std::thread reader([&] { received = read_to_end(pipe.first.get(), sent.size()); });
  write_all(pipe.second.get(), sent);
  pipe.second.reset();
  reader.join();
  EXPECT_TRUE(received == sent);
}

TEST(WriteAllAt, LeavesTheRestOfTheFileAlone) {
  const TempDir directory("/tmp", "fd-test");
  const std::string path = directory.path() + "/file";
  const UniqueFd fd = open_file(path, O_RDWR | O_CREAT, 0600);
  write_all(fd.get(), "0123456789");
  write_all_at(fd.get(), as_bytes("ab"), 4);
  EXPECT_EQ(read_file(path, 100), "0123ab6789");
}

TEST(ReadToEnd, StopsAtItsLimit) {
  Pair pipe = make_pipe();
  write_all(pipe.second.get(), "12345");
  pipe.second.reset();
  EXPECT_EQ(read_to_end(duplicate(pipe.first.get()).get(), 5), "12345");
  pipe = make_pipe();
  write_all(pipe.second.get(), "123456");
  pipe.second.reset();
  try {
    read_to_end(pipe.first.get(), 5);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
  }
}

TEST(WaitReadable, IsTrueForBytesAndForTheEndOnly) {
  Pair pipe = make_pipe();
  const Deadline passed = Deadline::after(Milliseconds{0});
  EXPECT_FALSE(wait_readable(pipe.first.get(), passed));
  write_all(pipe.second.get(), "x");
  EXPECT_TRUE(wait_readable(pipe.first.get(), passed));
  Pair closed = make_pipe();
  closed.second.reset();
  EXPECT_TRUE(wait_readable(closed.first.get(), passed));
}

}  // namespace
}  // namespace base
