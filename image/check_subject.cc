#include "image/check_subject.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "image/image_files.h"
#include "image/layer_disk.h"
#include "image/record_file.h"

namespace image {
namespace {

CheckSubject read_subject(const StoreLayout& layout, const IndexEntry& entry) {
  CheckSubject subject{.manifest = entry.manifest, .image = {}, .record_problem = {}};
  try {
    if (auto record = read_record(layout, entry.image))
      subject.image = std::move(*record);
    else
      subject.record_problem = "its record is missing";
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::corrupt) throw;
    subject.record_problem = "its record is damaged: " + error.message();
  }
  const bool readable = !subject.record_problem;
  if (readable && subject.image.config_blob.digest != entry.image)
    subject.record_problem = "its record is of another configuration";
  if (subject.record_problem)
    subject.image = {};
  else
    subject.manifest = subject.image.manifest;  // index.json may have that of before
  subject.image.id = entry.image;
  return subject;
}

bool needs(const std::vector<Descriptor>& blobs, const Digest& digest) {
  return std::ranges::find(blobs, digest, &Descriptor::digest) != blobs.end();
}

}  // namespace

std::vector<CheckSubject> read_subjects(const StoreLayout& layout,
                                        const std::vector<NamedSet>& sets) {
  std::vector<CheckSubject> subjects;
  std::map<Digest, std::size_t> known;
  for (const IndexEntry& entry : read_index(layout)) {
    const auto [at, fresh] = known.emplace(entry.image, subjects.size());
    if (fresh) subjects.push_back(read_subject(layout, entry));
    if (entry.name) subjects[at->second].image.tags.push_back(*entry.name);
  }
  for (const NamedSet& named : sets)
    for (const Image& image : named.set ? named.set->images : std::vector<Image>{})
      if (known.emplace(image.id, subjects.size()).second) {
        subjects.push_back(
            {.manifest = image.manifest, .image = image, .record_problem = {}, .of_set = true});
        subjects.back().image.tags = named.names;
      }
  return subjects;
}

bool is_listed(const StoreLayout& layout, const Digest& image) {
  const auto has = [&](const NamedSet& named) {
    return named.set &&
           std::ranges::find(named.set->images, image, &Image::id) != named.set->images.end();
  };
  const std::vector<IndexEntry> entries = read_index(layout);
  return std::ranges::find(entries, image, &IndexEntry::image) != entries.end() ||
         std::ranges::any_of(named_sets(layout), has);
}

bool has_names(const StoreLayout& layout, const Digest& set) {
  return std::ranges::any_of(read_index(layout),
                             [&](const IndexEntry& entry) { return entry.set == set; });
}

std::vector<IndexEntry> index_of_records(const StoreLayout& layout) {
  std::vector<IndexEntry> entries;
  for (const std::string& name : base::list_directory(layout.records())) {
    const auto id = Digest::sha256(name.substr(0, name.find('.')));
    if (!id) continue;
    try {
      if (const auto image = read_record(layout, *id))
        entries.push_back({.manifest = image->manifest,
                           .platform = image->config.platform(),
                           .image = *id,
                           .name = {}});
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::corrupt) throw;
    }
  }
  return entries;
}

std::vector<Descriptor> blobs_of(const CheckSubject& subject) {
  if (subject.record_problem) return {subject.manifest};
  return blobs_of(subject.image);
}

bool is_comparable(const Image& image) {
  if (image.blobs_dropped) return false;
  const std::string suffix = fmt::format(".v{}.squashfs", layer_disk_version);
  return std::ranges::all_of(image.layers,
                             [&](const Layer& layer) { return layer.disk.ends_with(suffix); });
}

std::vector<std::string> users_of(const std::vector<CheckSubject>& subjects,
                                  const std::vector<NamedSet>& sets, const Digest& blob,
                                  const NameDefaults& names) {
  std::vector<std::string> users;
  const auto add = [&](std::string name) {
    if (std::ranges::find(users, name) == users.end()) users.push_back(std::move(name));
  };
  for (const CheckSubject& subject : subjects)
    if (needs(blobs_of(subject), blob)) add(shown_name(subject.image, names));
  for (const NamedSet& named : sets)
    if (named.set && needs(blobs_of(*named.set), blob)) add(named.names[0].familiar(names));
  return users;
}

std::vector<Layer> sound_layers(const StoreLayout& layout,
                                const std::vector<CheckSubject>& subjects) {
  std::vector<Layer> sound;
  for (const CheckSubject& subject : subjects)
    for (const Layer& layer : subject.image.layers)
      if (!disk_problem(layout.disk(layer.disk), layer.disk_bytes)) sound.push_back(layer);
  return sound;
}

Problem file_problem(const std::string& path, std::optional<std::uint64_t> bytes) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return std::string(missing);
  if (!S_ISREG(status.st_mode)) return "is no regular file";
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (!bytes || size == *bytes) return std::nullopt;
  return fmt::format("has {} bytes instead of {}", size, *bytes);
}

Problem disk_problem(const std::string& path, std::optional<std::uint64_t> bytes) {
  constexpr std::string_view magic = "hsqs";
  if (Problem problem = file_problem(path, bytes)) return problem;
  std::string start(magic.size(), '\0');
  try {
    const base::UniqueFd file = base::open_file(path, O_RDONLY | O_NOFOLLOW);
    base::read_some(file.get(), std::as_writable_bytes(std::span(start)));
  } catch (const base::Error& error) {
    return "cannot be read: " + error.message();
  }
  if (start != magic) return "is no squashfs image";
  return std::nullopt;
}

Problem disk_difference(const Staging& staging, const std::string& staged, const std::string& path,
                        std::uint64_t bytes) {
  if (Problem problem = disk_problem(path, bytes)) return problem;
  try {
    if (staging.equals(staged, path)) return std::nullopt;
  } catch (const base::Error& error) {
    return "cannot be read: " + error.message();
  }
  return "is not what its layer gives";
}

}  // namespace image
