// Engine's verbs that look for images in registries.
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "engine/registry_access.h"

namespace engine {

std::vector<image::FoundImage> Engine::search(const SearchRequest& request) {
  const Registries& registries = parts_->registries();
  const std::string& domain =
      request.registry.empty() ? registries.short_names.defaults.domain : request.registry;
  const image::Reference registry = image::Reference::parse_canonical(domain + "/registry");
  image::PullOptions options = registry_options(settings_, registries);
  const AccessFiles files = apply(request.access, registry, parts_->files.certificates, options);
  return image::search(registry, request.query, options);
}

std::vector<std::string> Engine::registry_tags(const TagsRequest& request) {
  const Registries& registries = parts_->registries();
  const image::Reference name = registries.short_names.to_pull(request.repository).front().name;
  image::PullOptions options = registry_options(settings_, registries);
  const AccessFiles files = apply(request.access, name, parts_->files.certificates, options);
  return image::list_tags(name, request.limit, options);
}

}  // namespace engine
