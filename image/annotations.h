// Annotations of an index's entries (image-spec, annotations.md).
#pragma once

namespace image::annotation {

inline constexpr const char* ref_name = "org.opencontainers.image.ref.name";
inline constexpr const char* containerd_name = "io.containerd.image.name";  // of its importer

}  // namespace image::annotation
