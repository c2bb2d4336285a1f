// Whether the store is what it should be, and mending it
// (docs/decisions/0016-upkeep-of-the-store.md). Blobs are held against their digests; disks are
// made again and compared, since the same layer gives the same bytes; records are made again of
// manifest and configuration and compared.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "image/image_store.h"

namespace image {

struct CheckOptions {
  bool quick = false;   // no blob is read and no disk made: what is missing or has another size
  bool repair = false;  // disks and records are made again; blobs that are damaged go
  std::vector<ImageUse> uses;
  NameDefaults names;       // for the names in findings
  std::string worker_user;  // as PullOptions'
  std::string worker;
};

// One thing that is not as it should be, in words for people.
struct Finding {
  std::string what;     // "blob sha256:…"
  std::string problem;  // "is missing"
  std::string outcome;  // of the repair: "made again"; empty where there was none
  bool damage = true;   // false: a rest that nothing refers to, which does no harm
  bool operator==(const Finding&) const = default;
};

// An image that does not run any more and that nothing here can mend. Its record may be unreadable:
// only id and names are sure.
struct BrokenImage {
  Image image;
  std::string problem;
};

struct Checked {
  std::vector<Finding> findings;
  std::vector<BrokenImage> broken;
};

// May be called at any time: who changes the store meanwhile is neither hindered nor taken for
// damage. An absent store has no findings. Throws unavailable (no space for the disks that are
// compared), denied, interrupted; what was mended until then stays.
Checked check(ImageStore& store, const CheckOptions& options, base::Progress& progress);

// Takes an image out of the store whatever state its record is in, unless it has gone already. Its
// files are garbage then.
void discard(ImageStore& store, const Digest& image);

}  // namespace image
