// One pull of a name at a time: who comes later waits, and then finds what the first has brought.
#pragma once

#include <string>

#include "base/lock.h"
#include "base/progress.h"
#include "image/image_store.h"
#include "image/platform.h"
#include "image/reference.h"

namespace image {

class PullTurn {
 public:
  // Waits while another process pulls the same for the same platform, an hour at most; says so.
  // Throws unavailable, interrupted.
  PullTurn(ImageStore& store, const Reference& name, const Platform& platform,
           base::Progress& progress);
  PullTurn(const PullTurn&) = delete;
  PullTurn& operator=(const PullTurn&) = delete;
  ~PullTurn();

 private:
  std::string path_;
  base::FileLock lock_;
};

}  // namespace image
