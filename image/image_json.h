// Images as JSON, for records/ and for the worker's request: a schema of our own, made from values
// that were checked before. docs/state.md describes the files.
#pragma once

#include "base/json.h"
#include "image/image.h"

namespace image {

// Raised with every change that an older reader would misread.
inline constexpr int image_record_schema = 1;

base::Json to_json(const Layer& layer);
Layer layer_from_json(const base::Json& json);

// A record: {"schema", "id", …}. Tags are not part of it: index.json has them.
base::Json to_json(const Image& image);
// Throws corrupt, and unsupported for a newer schema.
Image image_from_json(const base::Json& json);

}  // namespace image
