#include "guest-init/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <termios.h>

#include <string>

#include "guest-init/root.h"

namespace guest_init {
namespace {

bool open_pair(Terminal& terminal, std::string& slave_path) {
  terminal.master = open_path("/dev/pts/ptmx", O_RDWR | O_NOCTTY);
  const int unlock = 0;
  unsigned number = 0;
  if (!terminal.master || ioctl(terminal.master.get(), TIOCSPTLCK, &unlock) != 0 ||
      ioctl(terminal.master.get(), TIOCGPTN, &number) != 0) {
    return false;
  }
  slave_path = "/dev/pts/" + std::to_string(number);
  terminal.slave = open_path(slave_path, O_RDWR | O_NOCTTY);
  return static_cast<bool>(terminal.slave);
}

bool show_as_console(const std::string& slave_path) {
  return make_mount_point("/dev/console") &&
         mount(slave_path.c_str(), "/dev/console", nullptr, MS_BIND, nullptr) == 0;
}

}  // namespace

bool open_terminal(const protocol::WindowSize& size, bool console, Terminal& terminal,
                   Failure& failure) {
  std::string slave_path;
  if (!open_pair(terminal, slave_path) || !resize_terminal(terminal.master.get(), size) ||
      ioctl(terminal.slave.get(), TIOCSCTTY, 0) != 0 || (console && !show_as_console(slave_path))) {
    return fail(failure, FailureStage::other, "opening a terminal");
  }
  return true;
}

bool resize_terminal(int master, const protocol::WindowSize& size) {
  winsize window{};
  window.ws_row = size.rows;
  window.ws_col = size.columns;
  return ioctl(master, TIOCSWINSZ, &window) == 0;
}

bool end_of_file_byte(int master, char& byte) {
  termios settings{};
  if (tcgetattr(master, &settings) != 0 || (settings.c_lflag & ICANON) == 0) return false;
  byte = static_cast<char>(settings.c_cc[VEOF]);
  return byte != 0;
}

}  // namespace guest_init
