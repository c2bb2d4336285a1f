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

// The names that a text may be; none where it is an id.
std::vector<image::Reference> named_by(const image::ShortNames& names, const std::string& text) {
  try {
    return names.to_find(text);
  } catch (const base::Error&) {
    return {};
  }
}

// Of an image that is saved: the names by which it was asked for, in the order of these.
class Saved {
 public:
  explicit Saved(const image::ImageStore& store, const image::ShortNames& names)
      : store_(store), names_(names) {}

  void add(const std::string& text, bool whole_repository) {
    if (whole_repository && add_repository(text)) return;
    image::Image image = store_.require(text, names_);
    std::vector<image::Reference> names = names_of(image, text);
    add(std::move(image), std::move(names));
  }
  const std::vector<image::SavedImage>& images() const { return images_; }

 private:
  // False: it has a tag or a digest, or nothing has that name.
  bool add_repository(const std::string& text) {
    for (const image::Reference& name : named_by(names_, text))
      if (!name.tag() && !name.digest() && add_repository(name)) return true;
    return false;
  }

  bool add_repository(const image::Reference& name) {
    bool any = false;
    for (image::Image& image : store_.list()) {
      std::vector<image::Reference> names = image.tags;
      std::erase_if(names, [&](const image::Reference& tag) { return tag.name() != name.name(); });
      if (names.empty()) continue;
      any = true;
      add(std::move(image), std::move(names));
    }
    return any;
  }

  // The tag that the text is; none where it is an id.
  std::vector<image::Reference> names_of(const image::Image& image, const std::string& text) const {
    for (const image::Reference& name : named_by(names_, text)) {
      const auto found = std::find(image.tags.begin(), image.tags.end(), name.with_default_tag());
      if (found != image.tags.end()) return {*found};
    }
    return {};
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
  const image::ShortNames& names_;
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

image::Pulled Engine::pull_name(const image::Reference& name, const PullRequest& request,
                                base::Progress& progress) {
  const Registries& registries = parts_->registries();
  image::PullOptions options = registry_options(settings_, registries);
  options.platform = wanted_platform(settings_, request.platform);
  options.places = registries.rules.sources(name);
  options.all_platforms = request.all_platforms;
  const AccessFiles access = apply(request.access, name, parts_->files.certificates, options);
  try {
    return image::pull(parts_->images, name, options, progress);
  } catch (const base::Error& error) {
    // The registry's refusals name the image by themselves, in docker's words.
    if (error.kind() != base::ErrorKind::corrupt) throw;
    throw error.within("pulling " + name.canonical());
  }
}

image::Pulled Engine::pull(const PullRequest& request, base::Progress& progress) {
  const std::vector<image::NameCandidate> candidates = parts_->short_names().to_pull(request.image);
  std::string failures;
  for (const image::NameCandidate& candidate : candidates) {
    const image::Reference name = candidate.name.with_default_tag();
    request.trying({.name = name, .alias_file = candidate.alias_file});
    try {
      return pull_name(name, request, progress);
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::interrupted || candidates.size() == 1) throw;
      failures += (failures.empty() ? "" : "; ") + name.canonical() + ": " + error.message();
    }
  }
  throw base::Error(base::ErrorKind::not_found,
                    "no registry that is searched has " + request.image + ": " + failures);
}

std::vector<image::Image> Engine::images() {
  tidy_images();
  return parts_->images.list();
}

std::vector<image::Reference> Engine::possible_names(const std::string& text) {
  return parts_->short_names().to_find(text);
}

std::optional<image::Image> Engine::image(const std::string& name_or_id) {
  return parts_->images.find(name_or_id, parts_->short_names());
}

image::RemovedImage Engine::remove_image(const std::string& name_or_id, bool force) {
  return parts_->images.remove(
      name_or_id, {.force = force, .names = parts_->short_names(), .uses = image_uses()});
}

void Engine::tag_image(const std::string& name_or_id, const std::string& name) {
  const image::ShortNames& names = parts_->short_names();
  const image::Reference target = names.to_make(name).with_default_tag();
  if (target.digest())
    throw base::Error(base::ErrorKind::usage, "refusing to create a tag with a digest reference");
  parts_->images.tag(parts_->images.require(name_or_id, names), target);
}

void Engine::untag_image(const std::string& name_or_id, const std::vector<std::string>& names) {
  const image::ShortNames& short_names = parts_->short_names();
  const image::Image image = parts_->images.require(name_or_id, short_names);
  std::vector<image::Reference> unwanted;
  unwanted.reserve(names.size());
  for (const std::string& name : names)
    unwanted.push_back(image::chosen_tag(short_names.to_find(name), image.tags));
  parts_->images.remove_names(image, unwanted);
}

image::Reference Engine::push_target(const PushRequest& request) {
  const image::ShortNames& names = parts_->short_names();
  const bool own_name = request.destination.empty();
  image::Reference name =
      image::Reference::parse(own_name ? request.image : request.destination, names.defaults)
          .with_default_tag();
  if (name.digest()) throw base::Error(base::ErrorKind::usage, "cannot push a digest reference");
  const auto image = own_name ? parts_->images.find(request.image, names) : std::nullopt;
  return image ? image::chosen_tag(names.to_find(request.image), image->tags) : name;
}

// Of a name that stands for several platforms: all of them.
std::optional<image::ImageSet> Engine::set_of(const std::string& text, const image::Image& image) {
  for (const image::Reference& tag : image.tags)
    for (const image::Reference& name : named_by(parts_->short_names(), text))
      if (tag == name.with_default_tag()) return parts_->images.find_set(tag);
  return std::nullopt;
}

image::Pushed Engine::push(const PushRequest& request, base::Progress& progress) {
  const image::Reference name = push_target(request);
  const Registries& registries = parts_->registries();
  const image::Image image = parts_->images.require(request.image, registries.short_names);
  image::PullOptions options = registry_options(settings_, registries);
  // A push goes where its name says; only what is said of that registry counts.
  const bool insecure = registries.rules.sources(name).back().insecure;
  if (insecure) options.insecure_registries.push_back(name.domain());
  const AccessFiles access = apply(request.access, name, parts_->files.certificates, options);
  try {
    return image::push(parts_->images, image, set_of(request.image, image), name, options,
                       progress);
  } catch (const base::Error& error) {
    throw error.within("pushing " + name.canonical());
  }
}

void Engine::save(const SaveRequest& request, int output, base::Progress& progress) {
  Saved saved(parts_->images, parts_->short_names());
  for (const std::string& text : request.images) saved.add(text, request.whole_repositories);
  image::save(parts_->images, saved.images(), request.format, output,
              {.names = parts_->short_names().defaults}, progress);
}

std::vector<image::Loaded> Engine::load(int archive, const std::string& platform,
                                        base::Progress& progress) {
  image::LoadChoice choice;
  if (!platform.empty()) choice.platform = image::Platform::parse(platform);
  return image::load(parts_->images, {.fd = archive, .url = {}}, choice,
                     {.names = parts_->short_names().defaults.here()}, progress);
}

}  // namespace engine
