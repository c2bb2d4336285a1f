#include "monitor/last_words.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace monitor {
namespace {

constexpr std::size_t last_lines = 5;
constexpr std::size_t longest_line = 200;

}  // namespace

std::string last_words(const std::optional<xen::Console>& console) {
  if (!console) return "";
  const std::vector<std::string> lines = console->last().lines();
  std::string words;
  for (std::size_t at = lines.size() - std::min(lines.size(), last_lines); at < lines.size(); ++at)
    words += "\n  " + base::printable(lines[at], longest_line);
  return words.empty() ? "" : "; its console's last lines:" + words;
}

}  // namespace monitor
