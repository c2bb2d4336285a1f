// Rows with aligned columns, laid out as Go's text/tabwriter does for docker and podman.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// As tabwriter is told: a cell is at least so wide, padding included.
struct TableStyle {
  std::size_t least_width = 10;
  std::size_t padding = 3;
  bool spaces_separate = false;  // columns, in the template of a table
};

// Lines whose cells are ended by tabs become lines with aligned columns; what follows the last tab
// of a line is not padded. Each line ends with a newline.
std::string aligned(const std::vector<std::string>& lines, const TableStyle& style);

}  // namespace cli
