#include "image/image_index.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "image/annotations.h"

namespace image {
namespace {

using base::Json;

constexpr std::size_t largest_index = std::size_t{16} << 20;
using annotation::containerd_name;
using annotation::ref_name;
constexpr const char* image_id = "org.vxn.image.id";  // our own
constexpr const char* image_set = "org.vxn.image.index";

std::optional<IndexEntry> entry_from_json(const Json& json) {
  const auto digest = Digest::try_parse(base::text_member(json, "digest"));
  const Json* annotations = base::object_member(json, "annotations");
  const auto id = annotations == nullptr
                      ? std::nullopt
                      : Digest::try_parse(base::text_member(*annotations, image_id));
  if (!digest || !id) return std::nullopt;
  IndexEntry entry{
      .manifest = {.media_type = base::text_member(json, "mediaType"),
                   .digest = *digest,
                   .bytes = static_cast<std::uint64_t>(base::integer_member(json, "size"))},
      .image = *id};
  if (const Json* platform = base::object_member(json, "platform"))
    entry.platform = {.os = base::text_member(*platform, "os"),
                      .architecture = base::text_member(*platform, "architecture"),
                      .variant = base::text_member(*platform, "variant")};
  if (const std::string name = base::text_member(*annotations, ref_name); !name.empty())
    entry.name = Reference::parse_canonical(name);
  if (entry.name) entry.set = Digest::try_parse(base::text_member(*annotations, image_set));
  return entry;
}

Json entry_to_json(const IndexEntry& entry) {
  Json annotations;
  if (entry.name) {
    annotations[ref_name] = entry.name->canonical();
    annotations[containerd_name] = entry.name->canonical();
  }
  annotations[image_id] = entry.image.text();
  if (entry.set) annotations[image_set] = entry.set->text();
  Json platform{{"architecture", entry.platform.architecture}, {"os", entry.platform.os}};
  if (!entry.platform.variant.empty()) platform["variant"] = entry.platform.variant;
  return {{"mediaType", entry.manifest.media_type},
          {"digest", entry.manifest.digest.text()},
          {"size", entry.manifest.bytes},
          {"annotations", std::move(annotations)},
          {"platform", std::move(platform)}};
}

bool same_image(const IndexEntry& a, const IndexEntry& b) { return a.image == b.image; }

}  // namespace

std::vector<IndexEntry> read_index(const StoreLayout& layout) {
  const auto text = base::try_read_file(layout.index(), largest_index);
  if (!text) return {};
  return base::doing(layout.index(), [&] {
    const Json json = base::parse_json(*text, "index", {.bytes = largest_index});
    std::vector<IndexEntry> entries;
    if (const Json* manifests = base::array_member(json, "manifests"))
      for (const Json& manifest : *manifests)
        if (auto entry = entry_from_json(manifest)) entries.push_back(std::move(*entry));
    return entries;
  });
}

void write_index(const StoreLayout& layout, const std::vector<IndexEntry>& entries) {
  Json manifests = Json::array();
  for (const IndexEntry& entry : entries) manifests.push_back(entry_to_json(entry));
  const Json json{{"schemaVersion", 2},
                  {"mediaType", "application/vnd.oci.image.index.v1+json"},
                  {"manifests", std::move(manifests)}};
  base::replace_file(layout.index(), base::dump_json(json));
}

void unassign(std::vector<IndexEntry>& entries, const Reference& name) {
  const auto found = std::ranges::find_if(entries, [&](const auto& e) { return e.name == name; });
  if (found == entries.end()) return;
  const auto others =
      std::ranges::count_if(entries, [&](const auto& e) { return same_image(e, *found); });
  if (others > 1) {
    entries.erase(found);
    return;
  }
  found->name.reset();
  found->set.reset();
}

void assign(std::vector<IndexEntry>& entries, const IndexEntry& entry) {
  // All names of an image stand for the manifest that was seen last: its blobs are the ones kept.
  for (IndexEntry& one : entries)
    if (same_image(one, entry)) one.manifest = entry.manifest;
  const auto is_entry = [&](const IndexEntry& one) {
    return same_image(one, entry) &&
           (!entry.name || (one.name == entry.name && one.set == entry.set));
  };
  if (std::ranges::any_of(entries, is_entry)) return;
  if (entry.name) unassign(entries, *entry.name);
  std::erase_if(entries, [&](const auto& e) { return same_image(e, entry) && !e.name; });
  entries.push_back(entry);
}

}  // namespace image
