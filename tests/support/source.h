// Where the source tree is, for tests that use files of it: in dom0 it lies elsewhere than where it
// was built, which VXN_SOURCE_ROOT tells.
#pragma once

#include <cstdlib>
#include <string>

namespace testing_support {

inline std::string source_file(const std::string& name) {
  const char* told = std::getenv("VXN_SOURCE_ROOT");
  return std::string(told != nullptr ? told : VXN_SOURCE_ROOT) + "/" + name;
}

}  // namespace testing_support
