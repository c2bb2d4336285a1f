// A byte stream cut into frames by who keeps what is not whole yet.
#pragma once

#include <string>

#include "guest-init/protocol/frame.h"

namespace protocol {

// Cuts the front of `buffer` into frames and drops what was taken; each is given to `take`, which
// returns false to stop. False where the bytes are no frames: `why` tells.
template <typename Take>
bool take_frames(std::string& buffer, const Take& take, const char*& why) {
  std::size_t start = 0;
  bool going = true;
  while (going) {
    Frame frame;
    std::size_t used = 0;
    const auto rest = bytes_of(std::string_view(buffer).substr(start));
    const ParseResult result = parse_frame(rest, frame, used, why);
    if (result == ParseResult::broken) return false;
    if (result == ParseResult::incomplete) break;
    start += used;
    going = take(frame);
  }
  buffer.erase(0, start);
  return true;
}

}  // namespace protocol
