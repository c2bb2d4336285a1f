#include "base/number_list.h"

#include <algorithm>
#include <bitset>

#include "base/text.h"

namespace base {

std::optional<unsigned> count_listed(std::string_view list) {
  std::bitset<4096> numbers;
  for (const std::string& text : split(list, ',')) {
    const std::string_view part = text;
    const std::size_t dash = std::min(part.find('-'), part.size());
    const auto first = parse_number<unsigned>(part.substr(0, dash));
    const auto last = dash == part.size() ? first : parse_number<unsigned>(part.substr(dash + 1));
    if (!first || !last || *first > *last || *last >= numbers.size()) return std::nullopt;
    for (unsigned number = *first; number <= *last; ++number) numbers.set(number);
  }
  return static_cast<unsigned>(numbers.count());
}

}  // namespace base
