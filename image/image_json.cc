#include "image/image_json.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace image {
namespace {

using base::Json;

[[noreturn]] void corrupt(const std::string& message) {
  throw base::Error(base::ErrorKind::corrupt, message);
}

Digest digest_member(const Json& object, const char* key) {
  const auto digest = Digest::try_parse(base::text_member(object, key));
  if (!digest) corrupt(std::string(key) + " is no digest");
  return *digest;
}

std::uint64_t size_member(const Json& object, const char* key) {
  const std::int64_t size = base::integer_member(object, key);
  if (size < 0) corrupt(std::string(key) + " is negative");
  return static_cast<std::uint64_t>(size);
}

const Json& required_object(const Json& object, const char* key) {
  const Json* member = base::object_member(object, key);
  if (member == nullptr) corrupt(std::string(key) + " is missing");
  return *member;
}

void put_time(Json& object, const char* key, const std::optional<base::WallTime>& time) {
  if (time) object[key] = base::format_time(*time);
}

std::optional<base::WallTime> time_member(const Json& object, const char* key) {
  return base::parse_time(base::text_member(object, key));
}

void check_schema(const Json& json) {
  const std::int64_t schema = base::integer_member(json, "schema");
  if (schema > image_record_schema)
    throw base::Error(
        base::ErrorKind::unsupported,
        "written by a newer version of this program (schema " + std::to_string(schema) + ")");
  if (schema < 1) corrupt("schema is missing");
}

Json descriptors_to_json(const std::vector<Descriptor>& descriptors) {
  Json json = Json::array();
  for (const Descriptor& descriptor : descriptors) json.push_back(to_json(descriptor));
  return json;
}

std::vector<Descriptor> descriptors_member(const Json& object, const char* key) {
  std::vector<Descriptor> descriptors;
  if (const Json* list = base::array_member(object, key))
    for (const Json& one : *list) descriptors.push_back(descriptor_from_json(one));
  return descriptors;
}

Json history_to_json(const History& history) {
  Json json{{"created_by", history.created_by},
            {"author", history.author},
            {"comment", history.comment},
            {"empty_layer", history.empty_layer}};
  put_time(json, "created", history.created);
  return json;
}

History history_from_json(const Json& json) {
  return {.created = time_member(json, "created"),
          .created_by = base::text_member(json, "created_by"),
          .author = base::text_member(json, "author"),
          .comment = base::text_member(json, "comment"),
          .empty_layer = base::bool_member(json, "empty_layer")};
}

Json config_to_json(const ImageConfig& config) {
  Json json{{"os", config.os},
            {"architecture", config.architecture},
            {"variant", config.variant},
            {"author", config.author},
            {"entrypoint", config.entrypoint},
            {"cmd", config.cmd},
            {"env", config.env},
            {"working_dir", config.working_dir},
            {"user", config.user},
            {"exposed_ports", config.exposed_ports},
            {"volumes", config.volumes},
            {"labels", config.labels},
            {"stop_signal", config.stop_signal}};
  put_time(json, "created", config.created);
  Json& history = json["history"] = Json::array();
  for (const History& entry : config.history) history.push_back(history_to_json(entry));
  return json;
}

ImageConfig config_from_json(const Json& json) {
  ImageConfig config{.os = base::text_member(json, "os"),
                     .architecture = base::text_member(json, "architecture"),
                     .variant = base::text_member(json, "variant"),
                     .created = time_member(json, "created"),
                     .author = base::text_member(json, "author"),
                     .entrypoint = base::list_member(json, "entrypoint"),
                     .cmd = base::list_member(json, "cmd"),
                     .env = base::list_member(json, "env"),
                     .working_dir = base::text_member(json, "working_dir"),
                     .user = base::text_member(json, "user"),
                     .exposed_ports = base::list_member(json, "exposed_ports"),
                     .volumes = base::list_member(json, "volumes"),
                     .labels = base::map_member(json, "labels"),
                     .stop_signal = base::text_member(json, "stop_signal")};
  if (const Json* history = base::array_member(json, "history"))
    for (const Json& entry : *history) config.history.push_back(history_from_json(entry));
  return config;
}

}  // namespace

Json to_json(const Descriptor& descriptor) {
  return {{"media_type", descriptor.media_type},
          {"digest", descriptor.digest.text()},
          {"bytes", descriptor.bytes}};
}

Descriptor descriptor_from_json(const Json& json) {
  return {.media_type = base::text_member(json, "media_type"),
          .digest = digest_member(json, "digest"),
          .bytes = size_member(json, "bytes")};
}

Json to_json(const Layer& layer) {
  return {{"blob", to_json(layer.blob)},          {"diff_id", layer.diff_id.text()},
          {"chain_id", layer.chain_id.text()},    {"tar_bytes", layer.tar_bytes},
          {"content_bytes", layer.content_bytes}, {"disk", layer.disk},
          {"disk_bytes", layer.disk_bytes}};
}

// Records were without content_bytes at first.
Layer layer_from_json(const Json& json) {
  return {.blob = descriptor_from_json(required_object(json, "blob")),
          .diff_id = digest_member(json, "diff_id"),
          .chain_id = digest_member(json, "chain_id"),
          .tar_bytes = size_member(json, "tar_bytes"),
          .content_bytes =
              size_member(json, json.contains("content_bytes") ? "content_bytes" : "tar_bytes"),
          .disk = base::text_member(json, "disk"),
          .disk_bytes = size_member(json, "disk_bytes")};
}

Json to_json(const Image& image) {
  Json digests = Json::array();
  for (const Reference& name : image.digests) digests.push_back(name.canonical());
  Json layers = Json::array();
  for (const Layer& layer : image.layers) layers.push_back(to_json(layer));
  Json json{{"schema", image_record_schema},       {"id", image.id.text()},
            {"manifest", to_json(image.manifest)}, {"config_blob", to_json(image.config_blob)},
            {"digests", std::move(digests)},       {"size_bytes", image.size_bytes},
            {"layers", std::move(layers)},         {"config", config_to_json(image.config)}};
  if (image.blobs_dropped) json["blobs_dropped"] = true;
  return json;
}

Image image_from_json(const Json& json) {
  check_schema(json);
  Image image{.id = digest_member(json, "id"),
              .manifest = descriptor_from_json(required_object(json, "manifest")),
              .config_blob = descriptor_from_json(required_object(json, "config_blob")),
              .config = config_from_json(required_object(json, "config")),
              .size_bytes = size_member(json, "size_bytes"),
              .blobs_dropped = base::bool_member(json, "blobs_dropped")};
  for (const std::string& name : base::list_member(json, "digests"))
    image.digests.push_back(Reference::parse_canonical(name));
  if (const Json* layers = base::array_member(json, "layers"))
    for (const Json& layer : *layers) image.layers.push_back(layer_from_json(layer));
  return image;
}

Json set_record_to_json(const ImageSet& set) {
  Json images = Json::array();
  for (const Image& image : set.images) images.push_back(image.id.text());
  return {{"schema", image_record_schema},
          {"index", to_json(set.index)},
          {"images", std::move(images)},
          {"companions", descriptors_to_json(set.companions)},
          {"blobs", descriptors_to_json(set.blobs)}};
}

ImageSet set_record_from_json(const Json& json) {
  check_schema(json);
  ImageSet set{.index = descriptor_from_json(required_object(json, "index")),
               .images = {},
               .companions = descriptors_member(json, "companions"),
               .blobs = descriptors_member(json, "blobs")};
  for (const std::string& id : base::list_member(json, "images"))
    set.images.push_back({.id = Digest::parse(id)});
  if (set.images.empty()) corrupt("a set without images");
  return set;
}

}  // namespace image
