#include "image/archive_kind.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "image/archive.h"
#include "image/inflate.h"
#include "image/tar_entries.h"

namespace image {
namespace {

constexpr std::array of_images{archive_layout_file, archive_index_file, archive_manifest_file};
constexpr std::string_view digests = "blobs/sha256";
constexpr std::array<std::string_view, 12> of_roots{"bin", "dev", "etc",  "home", "lib", "proc",
                                                    "run", "sys", "root", "tmp",  "usr", "var"};

// A path from the top, "" for the top itself.
std::string_view from_top(std::string_view path) {
  while (path.starts_with("./") || path.starts_with('/'))
    path.remove_prefix(path[0] == '.' ? 2 : 1);
  return path == "." ? "" : path;
}

template <typename Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool holds_images(ByteSource& tar) {
  Inflate inflate(tar);
  TarEntries entries(inflate);
  while (const auto entry = entries.next()) {
    const std::string_view path = from_top(entry->path);
    if (is_one_of(path, of_images) || path.starts_with(digests)) return true;
    if (is_one_of(path.substr(0, path.find('/')), of_roots)) return false;
  }
  return false;
}

}  // namespace image
