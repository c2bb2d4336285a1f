#include "base/fd_passing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/error.h"

namespace base {
namespace {

TEST(FdPassing, HandsOverTextAndDescriptor) {
  const Pair sockets = make_socket_pair();
  Pair pipe = make_pipe();
  send_with_fd(sockets.first.get(), "start 1", pipe.second.get());
  pipe.second.reset();

  auto passed = receive_with_fd(sockets.second.get(), 64);
  ASSERT_TRUE(passed);
  EXPECT_EQ(passed->text, "start 1");
  ASSERT_TRUE(passed->fd);
  EXPECT_NE(fcntl(passed->fd.get(), F_GETFD) & FD_CLOEXEC, 0);
  write_all(passed->fd.get(), "through");
  passed->fd.reset();
  EXPECT_EQ(read_to_end(pipe.first.get(), 64), "through");
}

TEST(FdPassing, TellsTheEndOfTheOtherSide) {
  Pair sockets = make_socket_pair();
  sockets.first.reset();
  EXPECT_FALSE(receive_with_fd(sockets.second.get(), 64));
  EXPECT_THROW(send_with_fd(sockets.second.get(), "start 1", 0), Error);
}

// What was sent and never read resets the connection: the end all the same.
TEST(FdPassing, TakesAResetForTheEnd) {
  Pair sockets = make_socket_pair();
  write_all(sockets.second.get(), "unread");
  sockets.first.reset();
  EXPECT_FALSE(receive_with_fd(sockets.second.get(), 64));
}

TEST(FdPassing, TextWithoutDescriptorComesAlone) {
  const Pair sockets = make_socket_pair();
  write_all(sockets.first.get(), "start 1");
  const auto passed = receive_with_fd(sockets.second.get(), 64);
  ASSERT_TRUE(passed);
  EXPECT_EQ(passed->text, "start 1");
  EXPECT_FALSE(passed->fd);
}

}  // namespace
}  // namespace base
