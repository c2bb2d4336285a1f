#include "frontends/inspect_image.h"

#include <nlohmann/json.hpp>

namespace frontends {
namespace {

using base::Json;

// A set as Go writes it: names with empty values; null where there are none.
Json set_of(const std::vector<std::string>& names) {
  if (names.empty()) return nullptr;
  Json set = Json::object();
  for (const std::string& name : names) set[name] = Json::object();
  return set;
}

Json list_of(const std::vector<std::string>& values) {
  return values.empty() ? Json(nullptr) : Json(values);
}

Json config_of(const image::ImageConfig& config) {
  return {
      {"User", config.user},
      {"ExposedPorts", set_of(config.exposed_ports)},
      {"Env", config.env},
      {"Cmd", list_of(config.cmd)},
      {"Volumes", set_of(config.volumes)},
      {"WorkingDir", config.working_dir},
      {"Entrypoint", list_of(config.entrypoint)},
      {"Labels", config.labels.empty() ? Json(nullptr) : Json(config.labels)},
      {"StopSignal", config.stop_signal},
  };
}

Json layers_of(const image::Image& image) {
  Json layers = Json::array();
  for (const image::Layer& layer : image.layers) layers.push_back(layer.diff_id.text());
  return layers;
}

Json common(const image::Image& image) {
  const image::ImageConfig& config = image.config;
  return {
      {"Id", image.id.text()},
      {"Parent", ""},
      {"Comment", config.history.empty() ? "" : config.history.back().comment},
      {"Created", config.created ? base::format_time(*config.created) : ""},
      {"Author", config.author},
      {"Architecture", config.architecture},
      {"Os", config.os},
      {"Size", image.size_bytes},
      {"VirtualSize", image.size_bytes},
      {"Config", config_of(config)},
      {"RootFS", {{"Type", "layers"}, {"Layers", layers_of(image)}}},
  };
}

Json history_of(const image::Image& image) {
  Json entries = Json::array();
  for (const image::History& entry : image.config.history) {
    Json step = {{"created_by", entry.created_by}};
    if (entry.created) step["created"] = base::format_time(*entry.created);
    if (!entry.author.empty()) step["author"] = entry.author;
    if (!entry.comment.empty()) step["comment"] = entry.comment;
    if (entry.empty_layer) step["empty_layer"] = true;
    entries.push_back(std::move(step));
  }
  return entries;
}

}  // namespace

Json docker_inspect_image(const image::Image& image, const image::NameDefaults& names) {
  Json document = common(image);
  Json tags = Json::array();
  for (const image::Reference& name : image.tags) tags.push_back(name.familiar(names));
  Json digests = Json::array();
  for (const image::Reference& name : image.digests) digests.push_back(name.familiar(names));
  document["RepoTags"] = std::move(tags);
  document["RepoDigests"] = std::move(digests);
  if (!image.config.variant.empty()) document["Variant"] = image.config.variant;
  return document;
}

Json podman_inspect_image(const image::Image& image, const image::NameDefaults&) {
  Json document = common(image);
  Json tags = Json::array();
  for (const image::Reference& name : image.tags) tags.push_back(name.canonical());
  Json digests = Json::array();
  for (const image::Reference& name : image.digests) digests.push_back(name.canonical());
  document["Id"] = image.id.hex;
  document["Digest"] = image.manifest.digest.text();
  document["RepoTags"] = tags;
  document["RepoDigests"] = std::move(digests);
  document["NamesHistory"] = std::move(tags);
  document["Labels"] = image.config.labels.empty() ? Json(nullptr) : Json(image.config.labels);
  document["User"] = image.config.user;
  document["ManifestType"] = image.manifest.media_type;
  document["History"] = history_of(image);
  return document;
}

}  // namespace frontends
