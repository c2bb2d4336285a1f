// What somebody may have meant who mistyped a word.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Those that a few slips of the finger turn into `word`, or that begin with it, nearest first.
std::vector<std::string> suggest(std::string_view word, std::span<const std::string_view> known);

}  // namespace cli
