// Engine's verbs that are about images alone.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "engine/registry_access.h"

namespace engine {
namespace {

// Of an image that is saved: the names by which it was asked for, in the order of these.
class Saved {
 public:
  explicit Saved(const image::ImageStore& store, const image::NameDefaults& names)
      : store_(store), names_(names) {}

  void add(const std::string& text, bool whole_repository) {
    if (whole_repository && add_repository(text)) return;
    image::Image image = store_.require(text, names_);
    const image::Reference* name = name_of(image, text);
    std::vector<image::Reference> names;
    if (name != nullptr) names.push_back(*name);
    add(std::move(image), std::move(names));
  }
  const std::vector<image::SavedImage>& images() const { return images_; }

 private:
  // False: it has a tag or a digest, or nothing has that name.
  bool add_repository(const std::string& text) {
    const auto name = parsed(text);
    if (!name || name->tag() || name->digest()) return false;
    bool any = false;
    for (image::Image& image : store_.list()) {
      std::vector<image::Reference> names = image.tags;
      std::erase_if(names, [&](const image::Reference& tag) { return tag.name() != name->name(); });
      if (names.empty()) continue;
      any = true;
      add(std::move(image), std::move(names));
    }
    return any;
  }

  // The tag that the text is; null where it is an id.
  const image::Reference* name_of(const image::Image& image, const std::string& text) const {
    const auto name = parsed(text);
    if (!name) return nullptr;
    const auto found = std::find(image.tags.begin(), image.tags.end(), name->with_default_tag());
    return found == image.tags.end() ? nullptr : &*found;
  }

  std::optional<image::Reference> parsed(const std::string& text) const {
    try {
      return image::Reference::parse(text, names_);
    } catch (const base::Error&) {
      return std::nullopt;  // an id
    }
  }

  void add(image::Image image, std::vector<image::Reference> names) {
    const auto same = [&](const image::SavedImage& saved) { return saved.image.id == image.id; };
    auto known = std::find_if(images_.begin(), images_.end(), same);
    if (known == images_.end())
      known = images_.insert(images_.end(), {.image = std::move(image), .names = {}});
    for (image::Reference& name : names)
      if (std::find(known->names.begin(), known->names.end(), name) == known->names.end())
        known->names.push_back(std::move(name));
  }

  const image::ImageStore& store_;
  const image::NameDefaults& names_;
  std::vector<image::SavedImage> images_;
};

}  // namespace

void Engine::tidy_images() {
  try {
    parts_->images.collect_abandoned();
  } catch (const base::Error& error) {
    base::log_debug("{}", error.message());  // a store that is only read
  }
}

image::Pulled Engine::pull(const PullRequest& request, base::Progress& progress) {
  const image::Reference name =
      image::Reference::parse(request.image, parts_->names).with_default_tag();
  image::PullOptions options = registry_options(settings_, parts_->names);
  options.platform = wanted_platform(settings_, request.platform);
  const AccessFiles access = apply(request.access, name, options);
  try {
    return image::pull(parts_->images, name, options, progress);
  } catch (const base::Error& error) {
    // The registry's refusals name the image by themselves, in docker's words.
    if (error.kind() != base::ErrorKind::corrupt) throw;
    throw error.within("pulling " + name.canonical());
  }
}

std::vector<image::Image> Engine::images() {
  tidy_images();
  return parts_->images.list();
}

std::optional<image::Image> Engine::image(const std::string& name_or_id) {
  return parts_->images.find(name_or_id, parts_->names);
}

image::RemovedImage Engine::remove_image(const std::string& name_or_id, bool force) {
  image::RemoveOptions options{.force = force, .names = parts_->names, .uses = {}};
  for (const Container& container : parts_->containers.list())
    options.uses.push_back({.image = image::Digest::parse(container.config.image_id),
                            .container = container.short_id(),
                            .running = is_alive(container.state),
                            .disks = container.config.layers});
  return parts_->images.remove(name_or_id, options);
}

void Engine::tag_image(const std::string& name_or_id, const std::string& name) {
  const image::Reference target = image::Reference::parse(name, parts_->names).with_default_tag();
  if (target.digest())
    throw base::Error(base::ErrorKind::usage, "refusing to create a tag with a digest reference");
  parts_->images.tag(parts_->images.require(name_or_id, parts_->names), target);
}

void Engine::untag_image(const std::string& name_or_id, const std::vector<std::string>& names) {
  std::vector<image::Reference> unwanted;
  unwanted.reserve(names.size());
  for (const std::string& name : names)
    unwanted.push_back(image::Reference::parse(name, parts_->names).with_default_tag());
  parts_->images.remove_names(parts_->images.require(name_or_id, parts_->names), unwanted);
}

image::Reference Engine::push_target(const PushRequest& request) {
  const std::string& text = request.destination.empty() ? request.image : request.destination;
  image::Reference name = image::Reference::parse(text, parts_->names).with_default_tag();
  if (name.digest()) throw base::Error(base::ErrorKind::usage, "cannot push a digest reference");
  return name;
}

image::Pushed Engine::push(const PushRequest& request, base::Progress& progress) {
  const image::Reference name = push_target(request);
  const image::Image image = parts_->images.require(request.image, parts_->names);
  image::PullOptions options = registry_options(settings_, parts_->names);
  const AccessFiles access = apply(request.access, name, options);
  try {
    return image::push(parts_->images, image, name, options, progress);
  } catch (const base::Error& error) {
    throw error.within("pushing " + name.canonical());
  }
}

void Engine::save(const SaveRequest& request, int output, base::Progress& progress) {
  Saved saved(parts_->images, parts_->names);
  for (const std::string& text : request.images) saved.add(text, request.whole_repositories);
  image::save(parts_->images, saved.images(), request.format, output, {.names = parts_->names},
              progress);
}

std::vector<image::Loaded> Engine::load(int archive, const std::string& platform,
                                        base::Progress& progress) {
  std::optional<image::Platform> wanted;
  if (!platform.empty()) wanted = image::Platform::parse(platform);
  return image::load(parts_->images, archive, wanted, {.names = parts_->names}, progress);
}

}  // namespace engine
