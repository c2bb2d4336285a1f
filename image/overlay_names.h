// The names by which a layer says that something below is gone: in a tar (OCI image-spec layer.md,
// "Whiteouts") and on a disk (Linux, Documentation/filesystems/overlayfs.rst).
#pragma once

#include <string_view>

namespace image {

inline constexpr std::string_view whiteout_prefix = ".wh.";
inline constexpr std::string_view opaque_whiteout = ".wh..wh..opq";
// Of AUFS's own: never shown, though hard links may lead to files below such a directory.
inline constexpr std::string_view aufs_prefix = ".wh..wh.";

inline constexpr std::string_view opaque_xattr = "trusted.overlay.opaque";

// Overlayfs keeps these to itself: nobody can set or see them through it.
constexpr bool is_overlay_xattr(std::string_view name) {
  return name.starts_with("trusted.overlay.");
}

}  // namespace image
