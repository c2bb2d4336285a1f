// The user's terminal, to which a container that has one is attached: the seam that cli fills.
#pragma once

#include <cstdint>

namespace engine {

struct TerminalExtent {
  std::uint16_t rows = 0;
  std::uint16_t columns = 0;
};

class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual TerminalExtent extent() = 0;  // now; zeros where it does not know
  // From here on every key is the container's; and as it was before. Either may be said twice.
  virtual void enter() = 0;
  virtual void leave() = 0;
};

}  // namespace engine
