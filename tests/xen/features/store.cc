#include "tests/xen/features/store.h"

#include <cstdlib>

namespace features {

std::uint32_t number_in(xs_handle* store, const std::string& node) {
  unsigned size = 0;
  char* const text = static_cast<char*>(xs_read(store, XBT_NULL, node.c_str(), &size));
  const auto value = text == nullptr ? 0 : std::strtoul(text, nullptr, 10);
  std::free(text);
  return static_cast<std::uint32_t>(value);
}

}  // namespace features
