// The fake engine's verbs that are about images.
#include <utility>

#include "base/fd.h"
#include "tests/support/fake_engine.h"

namespace engine {

using fake::fail_if_told;

image::Pulled Engine::pull(const PullRequest& request, base::Progress& progress) {
  fake::world().pull = request;
  request.trying({.name = possible_names(request.image).front().with_default_tag()});
  if (fake::world().progress) fake::world().progress(progress);
  fail_if_told();
  return fake::world().pulled;
}

std::vector<image::Image> Engine::images() {
  fail_if_told();
  return fake::world().images;
}

std::vector<image::Reference> Engine::possible_names(const std::string& text) {
  image::NameDefaults names;
  if (!settings_.registry.empty()) names = {.domain = settings_.registry, .official = ""};
  return {image::Reference::parse(text, names)};
}

image::RemovedImage Engine::remove_image(const std::string& name_or_id, bool force) {
  fake::world().removals.push_back(name_or_id + (force ? " force" : ""));
  fail_if_told();
  if (auto failure = std::exchange(fake::world().removal_failure, std::nullopt)) throw *failure;
  return fake::world().removed;
}

void Engine::tag_image(const std::string& name_or_id, const std::string& name) {
  fake::world().orders.push_back("tag " + name_or_id + " " + name);
  fail_if_told();
}

void Engine::untag_image(const std::string& name_or_id, const std::vector<std::string>& names) {
  std::string order = "untag " + name_or_id;
  for (const std::string& name : names) order += " " + name;
  fake::world().orders.push_back(order);
  fail_if_told();
}

image::Reference Engine::push_target(const PushRequest& request) {
  return image::Reference::parse(request.destination.empty() ? request.image : request.destination)
      .with_default_tag();
}

image::Pushed Engine::push(const PushRequest& request, base::Progress& progress) {
  fake::world().orders.push_back("push " + request.image + " " + request.destination);
  fake::world().access = request.access;
  if (fake::world().progress) fake::world().progress(progress);
  fail_if_told();
  return {.digest = fake::world().pulled.digest, .bytes = 527};
}

std::vector<image::FoundImage> Engine::search(const SearchRequest& request) {
  fake::world().search = request;
  fail_if_told();
  return fake::world().found;
}

std::vector<std::string> Engine::registry_tags(const TagsRequest& request) {
  fake::world().orders.push_back("tags " + request.repository + " " +
                                 std::to_string(request.limit));
  fail_if_told();
  return fake::world().tags;
}

bool Engine::login(const LoginRequest& request) {
  fake::world().login = request;
  fail_if_told();
  return !fake::world().user;
}

bool Engine::logout(const LoginPlace& place) {
  fake::world().orders.push_back("logout " + place.key + " " + place.file);
  return fake::world().user.has_value();
}

void Engine::logout_everywhere(const std::string& file) {
  fake::world().orders.push_back("logout everywhere " + file);
}

std::optional<std::string> Engine::logged_in(const LoginPlace& place) {
  fake::world().orders.push_back("logged in " + place.key + " " + place.file);
  return fake::world().user;
}

void Engine::save(const SaveRequest& request, int output, base::Progress& progress) {
  fake::world().saved = request;
  if (fake::world().progress) fake::world().progress(progress);
  base::write_all(output, std::string_view("an archive"));
  fail_if_told();
}

std::vector<image::Loaded> Engine::load(int archive, const std::string& platform,
                                        base::Progress& progress) {
  constexpr std::size_t limit = 1u << 20;
  fake::world().orders.push_back("load " + base::read_to_end(archive, limit) + " " + platform);
  if (fake::world().progress) fake::world().progress(progress);
  fail_if_told();
  return fake::world().loaded;
}

image::Image Engine::import_image(const ImportRequest& request, base::Progress& progress) {
  constexpr std::size_t limit = 1u << 20;
  fake::world().imported = request;
  fake::world().orders.push_back(
      "import " + (request.url.empty() ? base::read_to_end(request.archive, limit) : request.url));
  if (fake::world().progress) fake::world().progress(progress);
  fail_if_told();
  return fake::image(request.name, '3', 1000, {});
}

std::vector<image::Loaded> Engine::vimport(const VimportRequest& request, base::Progress&) {
  fake::world().vimported = request;
  fail_if_told();
  return fake::world().loaded;
}

image::StoreSpace Engine::image_space() { return fake::world().space; }

image::Collected Engine::collect_garbage() {
  fake::world().orders.emplace_back("collect garbage");
  return fake::world().collected;
}

std::vector<image::Finding> Engine::check_images(const CheckRequest& request, base::Progress&) {
  fake::world().checks.push_back(request);
  fail_if_told();
  return std::exchange(fake::world().findings, {});
}

std::optional<image::Image> Engine::image(const std::string& name) {
  for (const image::Image& candidate : fake::world().images)
    for (const image::Reference& tag : candidate.tags)
      if (candidate.id.text() == name ||
          tag == image::Reference::parse(name, {}).with_default_tag())
        return candidate;
  return std::nullopt;
}

}  // namespace engine
