// What fuzz targets say of what they call.
#pragma once

#include <cstdlib>

#include "base/error.h"

namespace testing_support {

inline void require(bool condition) {
  if (!condition) abort();
}

// It may be refused, in no other way than by base::Error.
template <typename Work>
void refusable(Work work) {
  try {
    work();
  } catch (const base::Error&) {
  }
}

}  // namespace testing_support
