// Lists of numbers as the kernel and xl write sets of processors: "0-2,4".
#pragma once

#include <optional>
#include <string_view>

namespace base {

// How many different numbers it names, all of them below 4096; nullopt where it is no such list.
std::optional<unsigned> count_listed(std::string_view list);

}  // namespace base
