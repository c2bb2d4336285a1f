// The documents of an image that came without: its manifest and its configuration (OCI image-spec
// manifest.md, config.md). The same values give the same bytes.
#pragma once

#include <string>
#include <vector>

#include "image/image.h"
#include "image/import_spec.h"
#include "image/inflate.h"

namespace image {

std::string manifest_document(const Descriptor& config, const std::vector<Descriptor>& layers);

// A layer's media type; throws unsupported for a compression that the specification has none for.
std::string layer_type(Compression compression);

// What ImportSpec says as config.md has it, as text: everything but the layer, which is added where
// it is known.
std::string import_config(const ImportSpec& spec);
// `config` is what import_config() gave.
std::string config_document(std::string_view config, const Digest& diff_id);

}  // namespace image
