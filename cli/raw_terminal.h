// The terminal that we were started from, given to a container: raw while the container has it.
#pragma once

#include <termios.h>

#include <optional>

#include "engine/terminal.h"

namespace cli {

class RawTerminal : public engine::Terminal {
 public:
  // `fd` is borrowed; where it is no terminal, nothing is changed.
  explicit RawTerminal(int fd) : fd_(fd) {}
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal() override { leave(); }

  engine::TerminalExtent extent() override;
  void enter() override;
  void leave() override;

 private:
  int fd_;
  std::optional<termios> before_;
};

}  // namespace cli
