#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace cli {
namespace {

bool set_and_not_empty(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool dumb_terminal() {
  const char* name = std::getenv("TERM");
  return name != nullptr && std::string_view(name) == "dumb";
}

std::string_view code(Colour colour) {
  switch (colour) {
    case Colour::red:
      return "31";
    case Colour::green:
      return "32";
  }
  return "0";
}

}  // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

TerminalSize terminal_size(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

Painter::Painter(int fd)
    : on_(is_terminal(fd) && !set_and_not_empty("NO_COLOR") && !dumb_terminal()) {}

std::string Painter::paint(Colour colour, std::string_view text) const {
  if (!on_) return std::string(text);
  std::string painted = "\x1b[";
  painted.append(code(colour)).append("m").append(text).append("\x1b[0m");
  return painted;
}

}  // namespace cli
