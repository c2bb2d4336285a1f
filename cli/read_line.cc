#include "cli/read_line.h"

#include <unistd.h>

#include <cerrno>

namespace cli {

std::string read_line(int fd) {
  constexpr std::size_t longest = 4096;
  std::string line;
  for (char byte = 0;;) {
    const ssize_t size = ::read(fd, &byte, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0 || byte == '\n' || line.size() >= longest) return line;
    line += byte;
  }
}

}  // namespace cli
