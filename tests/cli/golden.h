// Texts that are compared with a file of the source tree; ACCEPT=1 in the environment rewrites it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/file.h"

namespace cli {

inline void expect_golden(const std::string& path, const std::string& text) {
  constexpr std::size_t limit = 1u << 20;
  const char* accept = std::getenv("ACCEPT");
  if (accept != nullptr && std::string(accept) == "1") return base::replace_file(path, text);
  EXPECT_EQ(base::try_read_file(path, limit).value_or("(no such file)"), text)
      << "differs from " << path << "; ACCEPT=1 takes it over";
}

}  // namespace cli
