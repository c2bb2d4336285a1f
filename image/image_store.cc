#include "image/image_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "image/image_index.h"
#include "image/image_json.h"
#include "image/record_file.h"

namespace image {
namespace {

constexpr std::chrono::seconds lock_patience{30};

// The hex part of an id or of the beginning of one; empty for what cannot be either.
std::string id_prefix(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  const bool hex = std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  return hex && text.size() <= 64 ? std::string(text) : "";
}

std::vector<Reference> names_of(const std::vector<IndexEntry>& entries, const Digest& id) {
  std::vector<Reference> names;
  for (const IndexEntry& entry : entries)
    if (entry.image == id && entry.name) names.push_back(*entry.name);
  return names;
}

const IndexEntry* entry_named(const std::vector<IndexEntry>& entries, const Reference& name) {
  const auto found = std::ranges::find_if(entries, [&](const auto& e) { return e.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

std::optional<Image> read_image(const StoreLayout& layout, const std::vector<IndexEntry>& entries,
                                const Digest& id) {
  std::optional<Image> image = read_record(layout, id);
  if (image) image->tags = names_of(entries, id);
  return image;
}

std::vector<Image> read_images(const StoreLayout& layout, const std::vector<IndexEntry>& entries) {
  std::vector<Image> images;
  std::set<Digest> seen;
  for (const IndexEntry& entry : entries)
    if (seen.insert(entry.image).second)
      if (auto image = read_image(layout, entries, entry.image))
        images.push_back(std::move(*image));
  return images;
}

// Those that only a set names, too.
std::vector<Image> all_images(const StoreLayout& layout, const std::vector<IndexEntry>& entries) {
  std::vector<Image> images = read_images(layout, entries);
  for (const IndexEntry& entry : entries)
    if (const auto set = entry.set ? read_set(layout, *entry.set) : std::nullopt)
      images.insert(images.end(), set->images.begin(), set->images.end());
  return images;
}

// "NAME@DIGEST", with a tag or without, which then says nothing.
std::optional<Image> find_by_digest(const StoreLayout& layout,
                                    const std::vector<IndexEntry>& entries, const Reference& name) {
  const Reference wanted = name.with_digest(*name.digest());
  for (Image& image : read_images(layout, entries))
    if (std::ranges::find(image.digests, wanted) != image.digests.end()) return std::move(image);
  return std::nullopt;
}

std::optional<Image> find_by_name(const StoreLayout& layout, const std::vector<IndexEntry>& entries,
                                  const Reference& name) {
  if (name.digest()) return find_by_digest(layout, entries, name);
  const IndexEntry* entry = entry_named(entries, name.with_default_tag());
  if (entry == nullptr) return std::nullopt;
  const auto set = entry->set ? read_set(layout, *entry->set) : std::nullopt;
  if (!set) return read_image(layout, entries, entry->image);
  Image image = image_for_host(*set);
  image.tags = names_of(entries, entry->image);
  return image;
}

std::optional<Image> find_by_id(const StoreLayout& layout, const std::vector<IndexEntry>& entries,
                                const std::string& prefix) {
  std::set<Digest> matches;
  for (const IndexEntry& entry : entries)
    if (entry.image.hex.starts_with(prefix)) matches.insert(entry.image);
  if (matches.size() > 1)
    throw base::Error(base::ErrorKind::usage, "multiple IDs found with provided prefix: " + prefix);
  return matches.empty() ? std::nullopt : read_image(layout, entries, *matches.begin());
}

}  // namespace

ImageStore::ImageStore(std::string root) : layout_{.root = std::move(root)} {}

std::optional<Image> ImageStore::find(std::string_view text, const ShortNames& names) const {
  const std::vector<IndexEntry> entries = read_index(layout_);
  const std::string prefix = id_prefix(text);
  const bool whole_id = prefix.size() == 64;
  if (!whole_id)
    for (const Reference& name : names.to_find(text))
      if (auto image = find_by_name(layout_, entries, name)) return image;
  return prefix.empty() ? std::nullopt : find_by_id(layout_, entries, prefix);
}

std::optional<Image> ImageStore::find(const Reference& name) const {
  return find_by_name(layout_, read_index(layout_), name);
}

std::optional<ImageSet> ImageStore::find_set(const Reference& name) const {
  const std::vector<IndexEntry> entries = read_index(layout_);
  const IndexEntry* entry = entry_named(entries, name);
  return entry == nullptr || !entry->set ? std::nullopt : read_set(layout_, *entry->set);
}

Image ImageStore::require(std::string_view text, const ShortNames& names) const {
  if (auto image = find(text, names)) return std::move(*image);
  std::string shown = base::printable(text);
  if (id_prefix(text).size() != 64)
    shown = Reference::parse(text, names.defaults).with_default_tag().familiar(names.defaults);
  throw base::Error(base::ErrorKind::not_found, "No such image: " + shown);
}

std::vector<Image> ImageStore::list() const {
  std::vector<Image> images = read_images(layout_, read_index(layout_));
  std::ranges::stable_sort(
      images, [](const Image& a, const Image& b) { return a.created() > b.created(); });
  return images;
}

void ImageStore::tag(const Image& image, const Reference& target) {
  const base::FileLock lock = lock_for_change();
  std::vector<IndexEntry> entries = read_index(layout_);
  const auto known =
      std::ranges::find_if(entries, [&](const IndexEntry& e) { return e.image == image.id; });
  if (known == entries.end())
    throw base::Error(base::ErrorKind::not_found, "No such image: " + image.id.text());
  // With all of a set, where one of its names stands for that.
  const auto in_set = std::ranges::find_if(
      entries, [&](const IndexEntry& e) { return e.image == image.id && e.set; });
  IndexEntry entry = in_set == entries.end() ? *known : *in_set;
  entry.name = target;
  assign(entries, entry);
  write_index(layout_, entries);
}

void ImageStore::remove_names(const Image& image, const std::vector<Reference>& names) {
  const base::FileLock lock = lock_for_change();
  std::vector<IndexEntry> entries = read_index(layout_);
  for (const Reference& name : names) {
    const auto is_it = [&](const IndexEntry& e) { return e.image == image.id && e.name == name; };
    if (std::ranges::none_of(entries, is_it))
      throw base::Error(base::ErrorKind::not_found, name.canonical() + ": tag not known");
  }
  Image rest = image;
  for (const Reference& name : names.empty() ? image.tags : names) {
    unassign(entries, name);
    rest.remove_name(name);
  }
  write_index(layout_, entries);
  if (rest.digests != image.digests) write_record(layout_, rest);
}

base::FileLock ImageStore::lock_for_change() {
  base::make_directories(layout_.root, 0700);
  base::make_directories(layout_.blobs());
  base::make_directories(layout_.disks());
  base::make_directories(layout_.records());
  base::make_directories(layout_.staging(), 0700);
  base::FileLock lock = base::FileLock::acquire(
      layout_.lock(), base::Deadline::after(lock_patience), "the image store " + layout_.root);
  const std::string marker = layout_.root + "/oci-layout";
  if (!base::exists(marker)) base::replace_file(marker, "{\"imageLayoutVersion\": \"1.0.0\"}\n");
  return lock;
}

namespace {

// Writes only what is new. Its names by digest are kept, `names` added.
void keep_record(const StoreLayout& layout, const Image& image,
                 const std::vector<Reference>& names) {
  const auto before = read_record(layout, image.id);
  Image record = image;
  record.tags.clear();
  if (before) record.digests = before->digests;
  for (const Reference& name : names)
    if (name.digest() && std::ranges::find(record.digests, name) == record.digests.end())
      record.digests.push_back(name);
  if (record != before) write_record(layout, record);
}

void keep_names(const StoreLayout& layout, const Image& image, const std::vector<Reference>& names,
                const std::optional<Digest>& set) {
  const std::vector<IndexEntry> known = read_index(layout);
  std::vector<IndexEntry> entries = known;
  const IndexEntry nameless{.manifest = image.manifest,
                            .platform = image.config.platform(),
                            .image = image.id,
                            .name = {},
                            .set = {}};
  assign(entries, nameless);
  for (const Reference& name : names) {
    IndexEntry named = nameless;
    named.name = name;
    named.set = set;
    if (!name.digest()) assign(entries, named);
  }
  if (entries != known) write_index(layout, entries);
}

}  // namespace

void ImageStore::put(const base::FileLock&, const Image& image,
                     const std::vector<Reference>& names) {
  keep_record(layout_, image, names);
  keep_names(layout_, image, names, std::nullopt);
}

void ImageStore::put(const base::FileLock&, const ImageSet& set,
                     const std::vector<Reference>& names) {
  const Image& chosen = image_for_host(set);
  for (const Image& image : set.images)
    keep_record(layout_, image, image.id == chosen.id ? names : std::vector<Reference>{});
  write_set(layout_, set);
  keep_names(layout_, chosen, names, set.index.digest);
}

std::vector<Layer> ImageStore::known_layers() const {
  std::map<std::string, Layer> layers;
  for (const Image& image : all_images(layout_, read_index(layout_)))
    for (const Layer& layer : image.layers)
      if (!layers.contains(layer.disk) && base::exists(disk_path(layer)))
        layers.emplace(layer.disk, layer);
  std::vector<Layer> known;
  known.reserve(layers.size());
  for (auto& [disk, layer] : layers) known.push_back(std::move(layer));
  return known;
}

}  // namespace image
