// What a descriptor leads to: whether somebody watches, how much room there is, and colour.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

bool is_terminal(int fd);

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};
// The default where it is no terminal or does not know.
TerminalSize terminal_size(int fd);

enum class Colour { red, green };

// Paints only what goes to a terminal, and nothing where NO_COLOR is set (no-color.org) or TERM is
// "dumb".
class Painter {
 public:
  explicit Painter(int fd);
  std::string paint(Colour colour, std::string_view text) const;

 private:
  bool on_;
};

}  // namespace cli
