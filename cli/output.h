// Text on its way to standard output or standard error. A write that fails is a failure of the
// command: it throws, and is never ignored.
#pragma once

#include <string>
#include <string_view>

namespace cli {

// Collects text; flush() or a full buffer writes it. The destructor writes nothing: who is done
// flushes.
class Output {
 public:
  // `what` names it in messages ("standard output"). The descriptor is borrowed.
  Output(int fd, std::string_view what) : fd_(fd), what_(what) {}

  void write(std::string_view text);
  void line(std::string_view text);  // and a newline
  void flush();

  int fd() const { return fd_; }

 private:
  int fd_;
  std::string_view what_;
  std::string pending_;
};

}  // namespace cli
