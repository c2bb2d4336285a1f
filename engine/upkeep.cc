// Engine's verbs that keep the images' store in order.
#include <fmt/core.h>

#include <utility>

#include "base/text.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "image/image_files.h"

namespace engine {
namespace {

std::string names_of(const image::Image& image, const image::NameDefaults& names) {
  std::vector<std::string> texts;
  for (const image::Reference& tag : image.tags) texts.push_back(tag.familiar(names));
  return base::join(texts, ", ");
}

image::Finding told(const image::BrokenImage& broken, const image::NameDefaults& names) {
  return {.what = "image " + image::shown_name(broken.image, names),
          .problem = broken.problem,
          .outcome = {}};
}

}  // namespace

std::vector<image::ImageUse> Engine::image_uses() const {
  std::vector<image::ImageUse> uses;
  for (const Container& container : parts_->containers.list())
    if (const auto id = image::Digest::try_parse(container.config.image_id))
      uses.push_back({.image = *id,
                      .container = container.short_id(),
                      .running = is_alive(container.state),
                      .disks = container.config.layers});
  return uses;
}

image::StoreSpace Engine::image_space() { return image::measure(parts_->images, image_uses()); }

image::Collected Engine::collect_garbage() { return parts_->images.collect_garbage(image_uses()); }

image::Finding Engine::discard(const image::BrokenImage& broken, bool force) {
  image::Finding finding = told(broken, parts_->short_names().defaults);
  std::vector<std::string> containers;
  for (const image::ImageUse& use : image_uses()) {
    if (use.image != broken.image.id) continue;
    containers.push_back(use.container);
    if (use.running || !force)
      finding.outcome = fmt::format("kept: container {} {}", use.container,
                                    use.running ? "runs" : "is made of it");
  }
  if (!finding.outcome.empty()) return finding;
  for (const std::string& container : containers) remove(container, false);
  image::discard(parts_->images, broken.image.id);
  const std::string names = names_of(broken.image, parts_->short_names().defaults);
  finding.outcome = names.empty() ? "removed" : "removed; pull again: " + names;
  return finding;
}

std::vector<image::Finding> Engine::check_images(const CheckRequest& request,
                                                 base::Progress& progress) {
  recover();
  image::Checked checked = image::check(parts_->images,
                                        {.quick = request.quick,
                                         .repair = request.repair,
                                         .uses = image_uses(),
                                         .names = parts_->short_names().defaults,
                                         .worker_user = {},
                                         .worker = {}},
                                        progress);
  for (const image::BrokenImage& broken : checked.broken)
    checked.findings.push_back(request.repair ? discard(broken, request.force)
                                              : told(broken, parts_->short_names().defaults));
  if (request.repair && !checked.broken.empty()) collect_garbage();
  return std::move(checked.findings);
}

}  // namespace engine
