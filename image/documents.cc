#include "image/documents.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "image/manifest.h"

namespace image {
namespace {

using base::Json;

constexpr base::JsonLimits limits{.bytes = std::size_t{16} << 20, .members = 65536};

Json to_json(const Descriptor& descriptor) {
  return {{"mediaType", descriptor.media_type},
          {"size", descriptor.bytes},
          {"digest", descriptor.digest.text()}};
}

// What says nothing is left out, as docker does.
template <typename Value>
void put(Json& object, const char* key, const Value& value) {
  if (value != Value{}) object[key] = value;
}

void put_time(Json& object, const char* key, const std::optional<base::WallTime>& time) {
  if (time) object[key] = base::format_time(*time);
}

// The format writes sets as objects with empty values.
void put_set(Json& object, const char* key, const std::vector<std::string>& values) {
  for (const std::string& value : values) object[key][value] = Json::object();
}

Json to_json(const Healthcheck& check) {
  Json json{{"Test", check.test}};
  put(json, "Interval", check.interval);
  put(json, "Timeout", check.timeout);
  put(json, "StartPeriod", check.start_period);
  put(json, "Retries", check.retries);
  return json;
}

Json to_json(const History& history) {
  Json json = Json::object();
  put_time(json, "created", history.created);
  put(json, "created_by", history.created_by);
  put(json, "comment", history.comment);
  return json;
}

Json runtime_to_json(const ImportSpec& spec) {
  const ImageConfig& config = spec.config;
  Json json = Json::object();
  put(json, "User", config.user);
  put_set(json, "ExposedPorts", config.exposed_ports);
  put(json, "Env", config.env);
  put(json, "Entrypoint", config.entrypoint);
  put(json, "Cmd", config.cmd);
  put_set(json, "Volumes", config.volumes);
  put(json, "WorkingDir", config.working_dir);
  put(json, "Labels", config.labels);
  put(json, "StopSignal", config.stop_signal);
  put(json, "OnBuild", spec.on_build);
  if (spec.healthcheck) json["Healthcheck"] = to_json(*spec.healthcheck);
  return json;
}

}  // namespace

std::string manifest_document(const Descriptor& config, const std::vector<Descriptor>& layers) {
  Json list = Json::array();
  for (const Descriptor& layer : layers) list.push_back(to_json(layer));
  return base::dump_compact({{"schemaVersion", 2},
                             {"mediaType", manifest_media_type},
                             {"config", to_json(config)},
                             {"layers", std::move(list)}});
}

std::string layer_type(Compression compression) {
  std::string type(layer_media_type);
  if (compression == Compression::none) return type;
  if (compression == Compression::gzip) return type + "+gzip";
  if (compression == Compression::zstd) return type + "+zstd";
  throw base::Error(base::ErrorKind::unsupported,
                    "a layer is compressed by xz or bzip2, which registries do not know");
}

std::string import_config(const ImportSpec& spec) {
  const ImageConfig& config = spec.config;
  Json json = Json::object();
  put_time(json, "created", config.created);
  json["architecture"] = config.architecture;
  json["os"] = config.os;
  put(json, "variant", config.variant);
  json["config"] = runtime_to_json(spec);
  json["history"] = Json::array();
  for (const History& entry : config.history) json["history"].push_back(to_json(entry));
  return base::dump_compact(json);
}

std::string config_document(std::string_view config, const Digest& diff_id) {
  Json json = base::parse_json(config, "the configuration", limits);
  json["rootfs"] = {{"type", "layers"}, {"diff_ids", Json::array({diff_id.text()})}};
  for (Json& entry : json["history"]) {
    std::string text = base::text_member(entry, "created_by");
    const std::string_view mark = layer_placeholder;
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) entry["created_by"] = text.replace(at, mark.size(), diff_id.hex);
  }
  return base::dump_compact(json);
}

}  // namespace image
