#include "guest-init/uevents.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>

namespace guest_init {

Fd open_uevents() {
  Fd fd(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = 1;  // the kernel's own, not udev's
  if (!fd || bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return Fd();
  return fd;
}

void drain_uevents(int fd) {
  char buffer[4096];
  // ENOBUFS: some were lost, which is as good as told.
  while (recv(fd, buffer, sizeof buffer, 0) >= 0 || errno == ENOBUFS || errno == EINTR) {
  }
}

}  // namespace guest_init
