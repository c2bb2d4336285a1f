#include "oci-runtime/console.h"

#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>

#include <cstring>

#include "base/error.h"
#include "base/fd_passing.h"
#include "base/file.h"

namespace oci {
namespace {

base::UniqueFd listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  base::UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(fd.get(), 1), 0);
  return fd;
}

TEST(OciConsole, ItsMasterGoesToWhoListens) {
  const base::TempDir directory("/tmp", "console-test");
  const std::string path = directory.path() + "/socket";
  const base::UniqueFd listener = listen_at(path);
  const base::UniqueFd slave = offer_console(path, {.rows = 25, .columns = 80});
  const base::UniqueFd peer(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const auto passed = base::receive_with_fd(peer.get(), 256);
  ASSERT_TRUE(passed && passed->fd);
  EXPECT_TRUE(passed->text.starts_with("/dev/"));
  winsize size{};
  ASSERT_EQ(ioctl(passed->fd.get(), TIOCGWINSZ, &size), 0);
  EXPECT_EQ(size.ws_row, 25);
  EXPECT_EQ(size.ws_col, 80);
  // Nothing is added or echoed on the way.
  base::write_all(slave.get(), "a\n");
  std::array<std::byte, 16> buffer{};
  EXPECT_EQ(base::read_some(passed->fd.get(), buffer), 2u);
  EXPECT_EQ(std::memcmp(buffer.data(), "a\n", 2), 0);
}

TEST(OciConsole, NobodyListens) { EXPECT_THROW(offer_console("/nowhere/socket", {}), base::Error); }

}  // namespace
}  // namespace oci
