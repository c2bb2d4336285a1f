#include "image/worker_request.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "image/image_json.h"

namespace image {
namespace {

constexpr base::JsonLimits limits{.bytes = std::size_t{256} << 20};

}  // namespace

std::string encode(const WorkerRequest& request) {
  base::Json known = base::Json::array();
  for (const Layer& layer : request.known) known.push_back(to_json(layer));
  return base::dump_compact({{"name", request.name.canonical()},
                             {"platform", request.platform.text()},
                             {"default_domain", request.names.domain},
                             {"official", request.names.official},
                             {"insecure_registries", request.insecure_registries},
                             {"stall_seconds", request.stall_seconds},
                             {"has_credentials", request.has_credentials},
                             {"has_ca", request.has_ca},
                             {"known", std::move(known)}});
}

WorkerRequest parse_worker_request(std::string_view text) {
  const base::Json json = base::parse_json(text, "the request", limits);
  WorkerRequest request{
      .name = Reference::parse_canonical(base::text_member(json, "name")),
      .platform = Platform::parse(base::text_member(json, "platform")),
      .names = {.domain = base::text_member(json, "default_domain"),
                .official = base::text_member(json, "official")},
      .insecure_registries = base::list_member(json, "insecure_registries"),
      .stall_seconds = static_cast<int>(base::integer_member(json, "stall_seconds", 30)),
      .has_credentials = base::bool_member(json, "has_credentials"),
      .has_ca = base::bool_member(json, "has_ca")};
  if (const base::Json* known = base::array_member(json, "known"))
    for (const base::Json& layer : *known) request.known.push_back(layer_from_json(layer));
  return request;
}

}  // namespace image
