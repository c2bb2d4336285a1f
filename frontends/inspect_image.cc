#include "frontends/inspect_image.h"

#include <nlohmann/json.hpp>

#include "frontends/rows.h"

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

Json labels_of(const image::ImageConfig& config) {
  return config.labels.empty() ? Json(nullptr) : Json(config.labels);
}

// As Go writes a member that is left out where it is empty.
void tell(Json& document, const char* name, Json value) {
  if (!value.is_null() && value != "") document[name] = std::move(value);
}

// docker's container.Config of an image: of the rest there is nothing in one.
Json docker_config(const image::ImageConfig& config) {
  Json document = {{"Hostname", ""},       {"Domainname", ""},      {"User", config.user},
                   {"AttachStdin", false}, {"AttachStdout", false}, {"AttachStderr", false}};
  tell(document, "ExposedPorts", set_of(config.exposed_ports));
  document.update({
      {"Tty", false},
      {"OpenStdin", false},
      {"StdinOnce", false},
      {"Env", list_of(config.env)},
      {"Cmd", list_of(config.cmd)},
      {"Image", ""},
      {"Volumes", set_of(config.volumes)},
      {"WorkingDir", config.working_dir},
      {"Entrypoint", list_of(config.entrypoint)},
      {"OnBuild", nullptr},
      {"Labels", labels_of(config)},
  });
  tell(document, "StopSignal", config.stop_signal);
  return document;
}

// image-spec config.md.
Json podman_config(const image::ImageConfig& config) {
  Json document = Json::object();
  tell(document, "User", config.user);
  tell(document, "ExposedPorts", set_of(config.exposed_ports));
  tell(document, "Env", list_of(config.env));
  tell(document, "Entrypoint", list_of(config.entrypoint));
  tell(document, "Cmd", list_of(config.cmd));
  tell(document, "Volumes", set_of(config.volumes));
  tell(document, "WorkingDir", config.working_dir);
  tell(document, "Labels", labels_of(config));
  tell(document, "StopSignal", config.stop_signal);
  return document;
}

Json layers_of(const image::Image& image) {
  Json layers = Json::array();
  for (const image::Layer& layer : image.layers) layers.push_back(layer.diff_id.text());
  return layers;
}

Json root_of(const image::Image& image) {
  return {{"Type", "layers"}, {"Layers", layers_of(image)}};
}

std::string created(const image::ImageConfig& config) {
  return config.created ? short_time(*config.created) : "0001-01-01T00:00:00Z";  // Go's zero
}

std::string comment(const image::ImageConfig& config) {
  return config.history.empty() ? "" : config.history.back().comment;
}

Json history_of(const image::Image& image) {
  Json entries = Json::array();
  for (const image::History& entry : image.config.history) {
    Json step = Json::object();
    if (entry.created) step["created"] = short_time(*entry.created);
    tell(step, "created_by", entry.created_by);
    tell(step, "author", entry.author);
    tell(step, "comment", entry.comment);
    if (entry.empty_layer) step["empty_layer"] = true;
    entries.push_back(std::move(step));
  }
  return entries;
}

}  // namespace

// In the order of docker's and podman's own.
Json docker_inspect_image(const image::Image& image, const image::NameDefaults& names) {
  const image::ImageConfig& config = image.config;
  Json tags = Json::array();
  for (const image::Reference& name : image.tags) tags.push_back(name.familiar(names));
  Json digests = Json::array();
  for (const image::Reference& name : image.digests) digests.push_back(name.familiar(names));
  Json document = {
      {"Id", image.id.text()},
      {"RepoTags", std::move(tags)},
      {"RepoDigests", std::move(digests)},
      {"Parent", ""},
      {"Comment", comment(config)},
      {"Created", created(config)},
      {"Container", ""},
      {"ContainerConfig", docker_config({})},
      {"DockerVersion", ""},
      {"Author", config.author},
      {"Config", docker_config(config)},
      {"Architecture", config.architecture},
  };
  tell(document, "Variant", config.variant);
  document.update({
      {"Os", config.os},
      {"Size", image.content_bytes()},
      {"VirtualSize", image.content_bytes()},
      {"GraphDriver", {{"Data", nullptr}, {"Name", "squashfs"}}},
      {"RootFS", root_of(image)},
      {"Metadata", {{"LastTagTime", "0001-01-01T00:00:00Z"}}},
  });
  return document;
}

Json podman_inspect_image(const image::Image& image, const image::NameDefaults&) {
  const image::ImageConfig& config = image.config;
  Json tags = Json::array();
  for (const image::Reference& name : image.tags) tags.push_back(name.canonical());
  Json digests = Json::array();
  for (const image::Reference& name : image.digests) digests.push_back(name.canonical());
  return {
      {"Id", image.id.hex},
      {"Digest", image.manifest.digest.text()},
      {"RepoTags", tags},
      {"RepoDigests", std::move(digests)},
      {"Parent", ""},
      {"Comment", comment(config)},
      {"Created", created(config)},
      {"Config", podman_config(config)},
      {"Version", ""},
      {"Author", config.author},
      {"Architecture", config.architecture},
      {"Os", config.os},
      {"Size", size_in_podman(image)},
      {"VirtualSize", size_in_podman(image)},
      {"GraphDriver", {{"Name", "squashfs"}, {"Data", nullptr}}},
      {"RootFS", root_of(image)},
      {"Labels", labels_of(config)},
      {"Annotations", Json::object()},
      {"ManifestType", image.manifest.media_type},
      {"User", config.user},
      {"History", history_of(image)},
      {"NamesHistory", std::move(tags)},
  };
}

}  // namespace frontends
