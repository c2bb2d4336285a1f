#include "oci-runtime/console.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <array>
#include <cstdlib>

#include "base/error.h"
#include "base/fd_passing.h"
#include "engine/monitor_process.h"

namespace oci {

base::UniqueFd offer_console(const std::string& socket_path, const WindowSize& size) {
  const base::UniqueFd master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  std::array<char, 64> name{};
  if (!master || grantpt(master.get()) != 0 || unlockpt(master.get()) != 0 ||
      ptsname_r(master.get(), name.data(), name.size()) != 0)
    base::throw_errno("making a terminal");
  base::UniqueFd slave = base::open_file(name.data(), O_RDWR | O_NOCTTY);
  termios settings{};
  if (tcgetattr(slave.get(), &settings) != 0) base::throw_errno("making a terminal");
  cfmakeraw(&settings);
  tcsetattr(slave.get(), TCSANOW, &settings);
  if (size.rows != 0) {
    const winsize extent{.ws_row = static_cast<unsigned short>(size.rows),
                         .ws_col = static_cast<unsigned short>(size.columns),
                         .ws_xpixel = 0,
                         .ws_ypixel = 0};
    ioctl(slave.get(), TIOCSWINSZ, &extent);
  }
  const base::UniqueFd listener = engine::connect_monitor(socket_path);
  if (!listener)
    throw base::Error(base::ErrorKind::unavailable, socket_path + ": nobody listens there");
  base::send_with_fd(listener.get(), name.data(), master.get());
  return slave;
}

}  // namespace oci
