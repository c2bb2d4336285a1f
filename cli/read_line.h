// What somebody answers to a question.
#pragma once

#include <string>

namespace cli {

// A line of `fd` without its end, byte by byte so that nothing of the next one is taken; what comes
// before the end of file where that comes first, and at most 4 KiB.
std::string read_line(int fd);

}  // namespace cli
