// What a check of the store can see of images and files without reading blobs or disks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"
#include "image/image_index.h"
#include "image/named_sets.h"
#include "image/staging.h"
#include "image/store_layout.h"

namespace image {

// What is wrong with a thing, as the end of a sentence: "is missing".
using Problem = std::optional<std::string>;
inline constexpr std::string_view missing = "is missing";

// An image as index.json and its record tell of it, or the record of a set that it is in.
struct CheckSubject {
  Descriptor manifest;     // that its record names; index.json where that is of no use
  Image image;             // its record, with tags; id and tags alone where that is of no use
  Problem record_problem;  // "its record is missing"
  bool of_set = false;     // index.json does not name it
};

// Throws corrupt where index.json is damaged, unsupported for records of a newer schema.
std::vector<CheckSubject> read_subjects(const StoreLayout& layout,
                                        const std::vector<NamedSet>& sets);
// Whether an image is still in the store, by itself or in a set; and whether a set's index is.
bool is_listed(const StoreLayout& layout, const Digest& image);
bool has_names(const StoreLayout& layout, const Digest& set);
// An index of all records that can be read, without tags.
std::vector<IndexEntry> index_of_records(const StoreLayout& layout);

// What is known to be needed of it.
std::vector<Descriptor> blobs_of(const CheckSubject& subject);

// Whether its disks can be made again, and would be the same: not if another version of the
// converter has made them.
bool is_comparable(const Image& image);
// Names of the images and sets that need a blob.
std::vector<std::string> users_of(const std::vector<CheckSubject>& subjects,
                                  const std::vector<NamedSet>& sets, const Digest& blob,
                                  const NameDefaults& names);
// Layers whose disks look as they should.
std::vector<Layer> sound_layers(const StoreLayout& layout,
                                const std::vector<CheckSubject>& subjects);

// Of any size where it is not known.
Problem file_problem(const std::string& path, std::optional<std::uint64_t> bytes);
// The same, and that it begins as a disk does.
Problem disk_problem(const std::string& path, std::optional<std::uint64_t> bytes);
// The same, and that it has the bytes of the staged one.
Problem disk_difference(const Staging& staging, const std::string& staged, const std::string& path,
                        std::uint64_t bytes);

}  // namespace image
