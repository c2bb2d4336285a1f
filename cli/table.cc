#include "cli/table.h"

#include <algorithm>

#include "base/text.h"
#include "cli/wording.h"

namespace cli {

std::string aligned(const std::vector<std::string>& lines, const TableStyle& style) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> widths;
  for (const std::string& line : lines) {
    rows.push_back(base::split(line, '\t'));
    const std::vector<std::string>& cells = rows.back();
    widths.resize(std::max(widths.size(), cells.size() - 1), style.least_width);
    for (std::size_t i = 0; i + 1 < cells.size(); ++i)
      widths[i] = std::max(widths[i], display_width(cells[i]) + style.padding);
  }
  std::string text;
  for (const std::vector<std::string>& cells : rows) {
    for (std::size_t i = 0; i + 1 < cells.size(); ++i)
      text.append(cells[i]).append(widths[i] - display_width(cells[i]), ' ');
    text.append(cells.back()).append("\n");
  }
  return text;
}

}  // namespace cli
