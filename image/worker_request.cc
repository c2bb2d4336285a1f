#include "image/worker_request.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "image/image_json.h"

namespace image {
namespace {

constexpr base::JsonLimits limits{.bytes = std::size_t{256} << 20};

constexpr const char* docker_format = "docker";

base::Json layers_to_json(const std::vector<Layer>& layers) {
  base::Json json = base::Json::array();
  for (const Layer& layer : layers) json.push_back(to_json(layer));
  return json;
}

std::vector<Layer> layers_from_json(const base::Json& json, const char* key) {
  std::vector<Layer> layers;
  if (const base::Json* list = base::array_member(json, key))
    for (const base::Json& layer : *list) layers.push_back(layer_from_json(layer));
  return layers;
}

NameDefaults names_from_json(const base::Json& json) {
  return {.domain = base::text_member(json, "default_domain"),
          .official = base::text_member(json, "official")};
}

base::Json saved_to_json(const SavedImage& saved) {
  std::vector<std::string> names;
  for (const Reference& name : saved.names) names.push_back(name.canonical());
  return {{"image", to_json(saved.image)}, {"names", std::move(names)}};
}

SavedImage saved_from_json(const base::Json& json) {
  SavedImage saved{.image = image_from_json(*base::object_member(json, "image")), .names = {}};
  for (const std::string& name : base::list_member(json, "names"))
    saved.names.push_back(Reference::parse_canonical(name));
  return saved;
}

}  // namespace

std::string encode(const WorkerRequest& request) {
  base::Json pushed;
  if (request.pushed) pushed = to_json(*request.pushed);
  return base::dump_compact({{"name", request.name.canonical()},
                             {"platform", request.platform.text()},
                             {"default_domain", request.names.domain},
                             {"official", request.names.official},
                             {"insecure_registries", request.insecure_registries},
                             {"stall_seconds", request.stall_seconds},
                             {"has_credentials", request.has_credentials},
                             {"has_ca", request.has_ca},
                             {"known", layers_to_json(request.known)},
                             {"pushed", std::move(pushed)},
                             {"sources", request.sources}});
}

WorkerRequest parse_worker_request(std::string_view text) {
  const base::Json json = base::parse_json(text, "the request", limits);
  WorkerRequest request{
      .name = Reference::parse_canonical(base::text_member(json, "name")),
      .platform = Platform::parse(base::text_member(json, "platform")),
      .names = names_from_json(json),
      .insecure_registries = base::list_member(json, "insecure_registries"),
      .stall_seconds = static_cast<int>(base::integer_member(json, "stall_seconds", 30)),
      .has_credentials = base::bool_member(json, "has_credentials"),
      .has_ca = base::bool_member(json, "has_ca"),
      .known = layers_from_json(json, "known"),
      .pushed = {},
      .sources = base::list_member(json, "sources")};
  if (const base::Json* pushed = base::object_member(json, "pushed"))
    request.pushed = image_from_json(*pushed);
  return request;
}

std::string encode(const ArchiveRequest& request) {
  base::Json images = base::Json::array();
  for (const SavedImage& saved : request.images) images.push_back(saved_to_json(saved));
  return base::dump_compact(
      {{"default_domain", request.names.domain},
       {"official", request.names.official},
       {"platform", request.platform ? request.platform->text() : ""},
       {"known", layers_to_json(request.known)},
       {"format", request.format == ArchiveFormat::docker ? docker_format : "oci"},
       {"images", std::move(images)}});
}

ArchiveRequest parse_archive_request(std::string_view text) {
  const base::Json json = base::parse_json(text, "the request", limits);
  ArchiveRequest request{.names = names_from_json(json),
                         .platform = {},
                         .known = layers_from_json(json, "known"),
                         .format = base::text_member(json, "format") == docker_format
                                       ? ArchiveFormat::docker
                                       : ArchiveFormat::oci,
                         .images = {}};
  if (const std::string platform = base::text_member(json, "platform"); !platform.empty())
    request.platform = Platform::parse(platform);
  if (const base::Json* images = base::array_member(json, "images"))
    for (const base::Json& image : *images) request.images.push_back(saved_from_json(image));
  return request;
}

}  // namespace image
