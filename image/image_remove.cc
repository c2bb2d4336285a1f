// docker's rmi: which names go, and when the image goes with them (daemon/images/image_delete.go
// describes the rules; the wording is docker's).
#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "image/garbage.h"
#include "image/image_index.h"
#include "image/image_store.h"
#include "image/record_file.h"

namespace image {
namespace {

[[noreturn]] void conflict(const std::string& message) {
  throw base::Error(base::ErrorKind::failure, "conflict: " + message);
}

const ImageUse* find_use(const RemoveOptions& options, const Digest& id, bool only_running) {
  const auto found = std::ranges::find_if(options.uses, [&](const ImageUse& use) {
    return use.image == id && (use.running || !only_running);
  });
  return found == options.uses.end() ? nullptr : &*found;
}

// At most one tag, and no digest in another repository.
bool has_single_name(const Image& image) {
  if (image.tags.size() > 1) return false;
  std::set<std::string> repositories;
  for (const Reference& name : image.tags) repositories.insert(name.name());
  for (const Reference& name : image.digests) repositories.insert(name.name());
  return repositories.size() <= 1;
}

void refuse_use(const Image& image, const RemoveOptions& options) {
  const std::string what = "unable to delete " + image.id.short_hex();
  if (const ImageUse* use = find_use(options, image.id, true))
    conflict(what + " (cannot be forced) - image is being used by running container " +
             use->container);
  const ImageUse* use = find_use(options, image.id, false);
  if (use != nullptr && !options.force)
    conflict(what + " (must be forced) - image is being used by stopped container " +
             use->container);
}

// Only the names that the user's text stands for; false where the image keeps others.
bool untag(Image& image, const Reference& name, std::string_view text, const RemoveOptions& options,
           std::vector<Reference>& dropped) {
  const ImageUse* use = find_use(options, image.id, false);
  if (use != nullptr && !options.force && has_single_name(image))
    conflict("unable to remove repository reference \"" + std::string(text) +
             "\" (must force) - container " + use->container + " is using its referenced image " +
             image.id.short_hex());
  dropped = image.remove_name(name);
  return image.tags.empty() && image.digests.empty();
}

void drop_all_names(Image& image, const RemoveOptions& options, std::vector<Reference>& dropped) {
  refuse_use(image, options);
  if (!has_single_name(image) && !options.force)
    conflict("unable to delete " + image.id.short_hex() +
             " (must be forced) - image is referenced in multiple repositories");
  dropped.insert(dropped.end(), image.tags.begin(), image.tags.end());
  dropped.insert(dropped.end(), image.digests.begin(), image.digests.end());
  image.tags.clear();
  image.digests.clear();
}

// The layers of `image` that no other image stands on, top first.
std::vector<Digest> own_chains(const Image& image, const std::vector<Image>& others) {
  std::set<Digest> needed;
  for (const Image& other : others)
    for (const Layer& layer : other.layers) needed.insert(layer.chain_id);
  std::vector<Digest> own;
  for (auto layer = image.layers.rbegin(); layer != image.layers.rend(); ++layer)
    if (!needed.contains(layer->chain_id)) own.push_back(layer->chain_id);
  return own;
}

// nullopt where the user named it by id.
std::optional<Reference> given_name(std::string_view text, const Image& image,
                                    const ShortNames& names) {
  const std::string_view hex = text.starts_with("sha256:") ? text.substr(7) : text;
  if (hex.size() == 64) return std::nullopt;
  for (const Reference& candidate : names.to_find(text)) {
    const Reference name = candidate.with_default_tag();
    const Reference wanted = name.digest() ? name.with_digest(*name.digest()) : name;
    if (std::ranges::find(image.tags, wanted) != image.tags.end() ||
        std::ranges::find(image.digests, wanted) != image.digests.end())
      return wanted;
  }
  return std::nullopt;
}

}  // namespace

RemovedImage ImageStore::remove(std::string_view text, const RemoveOptions& options) {
  require(text, options.names);  // before anything is made or locked
  const base::FileLock lock = lock_for_change();
  Image image = require(text, options.names);
  const Image before = image;
  const auto set = before.tags.empty() ? std::nullopt : find_set(before.tags.front());
  RemovedImage removed;

  const auto name = given_name(text, image, options.names);
  bool last = true;
  if (name)
    last = untag(image, *name, text, options, removed.untagged);
  else
    drop_all_names(image, options, removed.untagged);
  // A running container keeps its image, without a name.
  const bool goes = last && find_use(options, image.id, true) == nullptr;

  std::vector<IndexEntry> entries = read_index(layout_);
  for (const Reference& tag : before.tags)
    if (std::ranges::find(image.tags, tag) == image.tags.end()) unassign(entries, tag);
  // Of a set that was made on another host, the entry may be another of its images'.
  const auto in_set = [&](const Digest& id) {
    return set && std::ranges::any_of(set->images, [&](const Image& one) { return one.id == id; });
  };
  if (goes)
    std::erase_if(entries, [&](const IndexEntry& e) {
      return e.image == image.id || (!e.name && in_set(e.image));
    });
  write_index(layout_, entries);
  if (!goes) {
    write_record(layout_, image);
    return removed;
  }
  removed.image = image.id;
  removed.layers = own_chains(image, list());
  removed.freed_bytes = collect_files(layout_, options.uses, lock).bytes;
  return removed;
}

}  // namespace image
