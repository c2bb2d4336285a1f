#include "image/worker_request.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "image/image_json.h"

namespace image {
namespace {

constexpr base::JsonLimits limits{.bytes = std::size_t{256} << 20};

constexpr const char* docker_format = "docker";

base::Json to_json(const HostCertificates& host) {
  return {{"domain", host.domain},
          {"authorities", host.authorities},
          {"certificate", host.certificate},
          {"key", host.key}};
}

HostCertificates certificates_from_json(const base::Json& json) {
  return {.domain = base::text_member(json, "domain"),
          .authorities = base::text_member(json, "authorities"),
          .certificate = base::text_member(json, "certificate"),
          .key = base::text_member(json, "key")};
}

base::Json to_json(const PullSource& source) {
  return {{"name", source.name.canonical()}, {"insecure", source.insecure}};
}

PullSource source_from_json(const base::Json& json) {
  return {.name = Reference::parse_canonical(base::text_member(json, "name")),
          .insecure = base::bool_member(json, "insecure")};
}

NameDefaults names_from_json(const base::Json& json) {
  return {.domain = base::text_member(json, "default_domain"),
          .official = base::text_member(json, "official")};
}

base::Json to_json(const SavedImage& saved) {
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

// A list of values and back; the element's functions are to_json() and `from`.
template <typename Value>
base::Json list_to_json(const std::vector<Value>& values) {
  base::Json json = base::Json::array();
  for (const Value& value : values) json.push_back(to_json(value));
  return json;
}

template <typename Value>
std::vector<Value> list_from_json(const base::Json& json, const char* key,
                                  Value (*from)(const base::Json&)) {
  std::vector<Value> values;
  if (const base::Json* list = base::array_member(json, key))
    for (const base::Json& value : *list) values.push_back(from(value));
  return values;
}

base::Json set_to_json(const std::optional<ImageSet>& set) {
  if (!set) return nullptr;
  return {{"record", set_record_to_json(*set)}, {"images", list_to_json(set->images)}};
}

std::optional<ImageSet> set_member(const base::Json& json, const char* key) {
  const base::Json* member = base::object_member(json, key);
  if (member == nullptr) return std::nullopt;
  ImageSet set = set_record_from_json(*base::object_member(*member, "record"));
  set.images = list_from_json(*member, "images", image_from_json);
  return set;
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
                             {"certificates", list_to_json(request.certificates)},
                             {"at_a_time", request.at_a_time},
                             {"stall_seconds", request.stall_seconds},
                             {"has_credentials", request.has_credentials},
                             {"has_ca", request.has_ca},
                             {"keep_blobs", request.keep_blobs},
                             {"known", list_to_json(request.known)},
                             {"places", list_to_json(request.places)},
                             {"all_platforms", request.all_platforms},
                             {"pushed_set", set_to_json(request.pushed_set)},
                             {"pushed", std::move(pushed)},
                             {"sources", request.sources},
                             {"term", request.search.term},
                             {"limit", request.search.limit},
                             {"catalogue", request.search.catalogue}});
}

WorkerRequest parse_worker_request(std::string_view text) {
  const base::Json json = base::parse_json(text, "the request", limits);
  WorkerRequest request{
      .name = Reference::parse_canonical(base::text_member(json, "name")),
      .platform = Platform::parse(base::text_member(json, "platform")),
      .names = names_from_json(json),
      .insecure_registries = base::list_member(json, "insecure_registries"),
      .certificates = list_from_json(json, "certificates", certificates_from_json),
      .at_a_time = static_cast<unsigned>(base::integer_member(json, "at_a_time", 3)),
      .stall_seconds = static_cast<int>(base::integer_member(json, "stall_seconds", 30)),
      .has_credentials = base::bool_member(json, "has_credentials"),
      .has_ca = base::bool_member(json, "has_ca"),
      .keep_blobs = base::bool_member(json, "keep_blobs"),
      .known = list_from_json(json, "known", layer_from_json),
      .places = list_from_json(json, "places", source_from_json),
      .all_platforms = base::bool_member(json, "all_platforms"),
      .pushed = {},
      .pushed_set = set_member(json, "pushed_set"),
      .sources = base::list_member(json, "sources"),
      .search = {.term = base::text_member(json, "term"),
                 .limit = static_cast<unsigned>(base::integer_member(json, "limit")),
                 .catalogue = base::bool_member(json, "catalogue")}};
  if (const base::Json* pushed = base::object_member(json, "pushed"))
    request.pushed = image_from_json(*pushed);
  return request;
}

std::string encode(const ArchiveRequest& request) {
  return base::dump_compact(
      {{"default_domain", request.names.domain},
       {"official", request.names.official},
       {"platform", request.platform ? request.platform->text() : ""},
       {"known", list_to_json(request.known)},
       {"format", request.format == ArchiveFormat::docker ? docker_format : "oci"},
       {"images", list_to_json(request.images)}});
}

ArchiveRequest parse_archive_request(std::string_view text) {
  const base::Json json = base::parse_json(text, "the request", limits);
  ArchiveRequest request{.names = names_from_json(json),
                         .platform = {},
                         .known = list_from_json(json, "known", layer_from_json),
                         .format = base::text_member(json, "format") == docker_format
                                       ? ArchiveFormat::docker
                                       : ArchiveFormat::oci,
                         .images = list_from_json(json, "images", saved_from_json)};
  if (const std::string platform = base::text_member(json, "platform"); !platform.empty())
    request.platform = Platform::parse(platform);
  return request;
}

std::string encode(const ImportRequest& request) {
  return base::dump_compact({{"config", request.config},
                             {"url", request.url},
                             {"stall_seconds", request.stall_seconds},
                             {"has_ca", request.has_ca},
                             {"images", request.images ? encode(*request.images) : ""}});
}

ImportRequest parse_import_request(std::string_view text) {
  const base::Json json = base::parse_json(text, "the request", limits);
  ImportRequest request{
      .config = base::text_member(json, "config"),
      .url = base::text_member(json, "url"),
      .stall_seconds = static_cast<int>(base::integer_member(json, "stall_seconds", 30)),
      .has_ca = base::bool_member(json, "has_ca"),
      .images = {}};
  if (const std::string images = base::text_member(json, "images"); !images.empty())
    request.images = parse_archive_request(images);
  return request;
}

std::string encode(const StoreRequest& request) {
  return base::dump_compact(
      {{"blobs", list_to_json(request.blobs)}, {"known", list_to_json(request.known)}});
}

StoreRequest parse_store_request(std::string_view text) {
  const base::Json json = base::parse_json(text, "the request", limits);
  return {.blobs = list_from_json(json, "blobs", descriptor_from_json),
          .known = list_from_json(json, "known", layer_from_json)};
}

}  // namespace image
