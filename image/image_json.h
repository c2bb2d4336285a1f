// Images as JSON, for records/ and for the worker's request: a schema of our own, made from values
// that were checked before. docs/state.md describes the files.
#pragma once

#include "base/json.h"
#include "image/image.h"
#include "image/image_set.h"

namespace image {

// Raised with every change that an older reader would misread.
inline constexpr int image_record_schema = 1;

base::Json to_json(const Descriptor& descriptor);
Descriptor descriptor_from_json(const base::Json& json);
base::Json to_json(const Layer& layer);
Layer layer_from_json(const base::Json& json);

// A record: {"schema", "id", …}. Tags are not part of it: index.json has them.
base::Json to_json(const Image& image);
// Throws corrupt, and unsupported for a newer schema.
Image image_from_json(const base::Json& json);

// A set's record: its images by id alone, since they have records of their own.
base::Json set_record_to_json(const ImageSet& set);
// The ids are of images without anything else. Throws as above.
ImageSet set_record_from_json(const base::Json& json);

}  // namespace image
