#include "cli/raw_terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace cli {

engine::TerminalExtent RawTerminal::extent() {
  winsize size{};
  if (ioctl(fd_, TIOCGWINSZ, &size) != 0) return {};
  return {.rows = size.ws_row, .columns = size.ws_col};
}

void RawTerminal::enter() {
  termios now{};
  if (before_ || tcgetattr(fd_, &now) != 0) return;
  before_ = now;
  cfmakeraw(&now);
  tcsetattr(fd_, TCSADRAIN, &now);
}

void RawTerminal::leave() {
  if (!before_) return;
  tcsetattr(fd_, TCSADRAIN, &*before_);
  before_.reset();
}

}  // namespace cli
