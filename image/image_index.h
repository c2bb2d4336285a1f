// index.json: which names stand for which images. The only place where names are kept; an OCI image
// index (image-index.md), so that other tools find our images by name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/image.h"
#include "image/store_layout.h"

namespace image {

// One name of one image. An image without a name has one entry without.
struct IndexEntry {
  Descriptor manifest;
  Platform platform;
  Digest image;
  std::optional<Reference> name;  // with tag
  // The index that the name stands for, of which the image is one; only with a name.
  std::optional<Digest> set = std::nullopt;
  bool operator==(const IndexEntry&) const = default;
};

// Empty where the store is absent. Entries that are not ours are left out.
std::vector<IndexEntry> read_index(const StoreLayout& layout);
// Replaces it whole. The caller holds the store's lock.
void write_index(const StoreLayout& layout, const std::vector<IndexEntry>& entries);

// Takes the entry's name from whichever image has it (which is then nameless where that was its
// last) and gives it to this one.
void assign(std::vector<IndexEntry>& entries, const IndexEntry& entry);
// Takes the name away; its image keeps a nameless entry where that was its last.
void unassign(std::vector<IndexEntry>& entries, const Reference& name);

}  // namespace image
