// A 9P2000.L server that knows just enough for a mount: a directory without anything in it. Numbers
// of messages and their fields: include/net/9p/9p.h of Linux, and diod's protocol.md.
#pragma once

#include <cstddef>
#include <string>

namespace features {

// What every message begins with: its size, type and tag.
constexpr std::size_t nine_p_header = 7;
// The size of a message, itself included, of which at least the header is there.
std::size_t nine_p_size(const std::string& message);
// The answer to a whole message.
std::string nine_p_answer(const std::string& message);

// Mounts the transport at `target` and looks at the directory that the server shows.
std::string use_nine_p(const char* source, const std::string& target, const std::string& options);

}  // namespace features
