#include "image/image_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace image {
namespace {

using base::ErrorKind;
using base::Json;

[[noreturn]] void corrupt(const std::string& message) {
  throw base::Error(ErrorKind::corrupt, message);
}

// Such texts become arguments, environment and paths, which end at a NUL.
void refuse_nul(const Json& json) {
  if (json.is_string() && json.get_ref<const std::string&>().find('\0') != std::string::npos)
    corrupt("a text has a NUL in it");
  if (!json.is_structured()) return;
  for (const auto& [key, value] : json.items()) {
    if (key.find('\0') != std::string::npos) corrupt("a name has a NUL in it");
    refuse_nul(value);
  }
}

// The format writes sets as objects with empty values.
std::vector<std::string> keys_of(const Json& object, const char* key) {
  std::vector<std::string> keys;
  if (const Json* set = base::object_member(object, key))
    for (const auto& [name, value] : set->items()) keys.push_back(name);
  std::ranges::sort(keys);
  return keys;
}

// Old images have times that are none.
std::optional<base::WallTime> time_member(const Json& object, const char* key) {
  return base::parse_time(base::text_member(object, key));
}

std::vector<Digest> read_diff_ids(const Json& json) {
  const Json* rootfs = base::object_member(json, "rootfs");
  if (rootfs == nullptr) corrupt("rootfs is missing");
  if (base::text_member(*rootfs, "type") != "layers")
    throw base::Error(ErrorKind::unsupported, "the image's root file system is not of layers");
  std::vector<Digest> diff_ids;
  for (const std::string& text : base::list_member(*rootfs, "diff_ids")) {
    const auto digest = Digest::try_parse(text);
    if (!digest) corrupt("\"" + base::printable(text, 100) + "\" is no digest");
    if (digest->algorithm != "sha256")
      throw base::Error(ErrorKind::unsupported, "digests of " + digest->algorithm);
    diff_ids.push_back(*digest);
  }
  return diff_ids;
}

std::vector<History> read_history(const Json& json) {
  std::vector<History> history;
  const Json* entries = base::array_member(json, "history");
  if (entries == nullptr) return history;
  for (const Json& entry : *entries)
    history.push_back({.created = time_member(entry, "created"),
                       .created_by = base::text_member(entry, "created_by"),
                       .author = base::text_member(entry, "author"),
                       .comment = base::text_member(entry, "comment"),
                       .empty_layer = base::bool_member(entry, "empty_layer")});
  return history;
}

void read_runtime(const Json& json, ImageConfig& config) {
  const Json* runtime = base::object_member(json, "config");
  if (runtime == nullptr) return;
  config.entrypoint = base::list_member(*runtime, "Entrypoint");
  config.cmd = base::list_member(*runtime, "Cmd");
  config.env = base::list_member(*runtime, "Env");
  config.working_dir = base::text_member(*runtime, "WorkingDir");
  config.user = base::text_member(*runtime, "User");
  config.stop_signal = base::text_member(*runtime, "StopSignal");
  config.labels = base::map_member(*runtime, "Labels");
  config.exposed_ports = keys_of(*runtime, "ExposedPorts");
  config.volumes = keys_of(*runtime, "Volumes");
}

}  // namespace

ParsedConfig parse_image_config(std::string_view bytes) {
  return base::doing("the image's configuration", [&] {
    const Json json = base::parse_json(bytes, "parsing it", {.bytes = largest_config});
    if (!json.is_object()) corrupt("it is no object");
    refuse_nul(json);
    ParsedConfig parsed{.config = {.os = base::text_member(json, "os", "linux"),
                                   .architecture = base::text_member(json, "architecture"),
                                   .variant = base::text_member(json, "variant"),
                                   .created = time_member(json, "created"),
                                   .author = base::text_member(json, "author"),
                                   .history = read_history(json)},
                        .diff_ids = read_diff_ids(json)};
    if (parsed.config.os != "linux")
      throw base::Error(ErrorKind::unsupported, "image operating system \"" +
                                                    base::printable(parsed.config.os, 100) +
                                                    "\" cannot be used on this platform");
    read_runtime(json, parsed.config);
    return parsed;
  });
}

}  // namespace image
