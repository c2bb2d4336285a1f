// A guest's kernel console: what its kernel said, for panic reports and --debug. xenconsoled drops
// text under load: never a transport for anything else.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "xen/xenstore.h"

namespace xen {

// The last lines of a text that comes in pieces. Lines are cut at 512 bytes; carriage returns
// dropped. Foreign bytes as they are: base::printable() before showing them.
class LastLines {
 public:
  explicit LastLines(std::size_t limit) : limit_(limit) {}
  void add(std::string_view piece);
  // Oldest first, the unfinished one last.
  std::vector<std::string> lines() const;

 private:
  std::size_t limit_;
  std::deque<std::string> lines_;
  bool open_ = false;  // the last one is unfinished
};

class Console {
 public:
  // The pty that xenconsoled made for it; throws unavailable where there is none by the deadline.
  static Console open(XenStore& store, DomainId guest, const base::Deadline& deadline,
                      std::size_t lines = 200);

  int fd() const { return fd_.get(); }  // non-blocking
  // Takes in what is there now (at most 64 KiB); returns it. Empty where there is nothing;
  // nullopt where xenconsoled has closed it: the guest is gone.
  std::optional<std::string> read();
  const LastLines& last() const { return last_; }

 private:
  Console(base::UniqueFd fd, std::size_t lines) : fd_(std::move(fd)), last_(lines) {}
  base::UniqueFd fd_;
  LastLines last_;
};

}  // namespace xen
