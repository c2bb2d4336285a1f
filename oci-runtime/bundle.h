// An OCI bundle (runtime-spec bundle.md, config.md) in the engine's words.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/requests.h"

namespace oci {

struct WindowSize {
  unsigned rows = 0;  // 0: unknown
  unsigned columns = 0;
};

// Where the process that stands for the container belongs on the host.
struct Placement {
  bool own_network = false;  // a network namespace of its own
  std::string network;       // or that one, by path
  std::string cgroup;        // linux.cgroupsPath as it stands there
};

struct Bundle {
  std::string path;         // absolute
  std::string oci_version;  // of its config.json
  engine::DirectoryRequest request;
  std::map<std::string, std::string> annotations;
  WindowSize console;
  Placement placement;
};

// Reads PATH/config.json. Throws not_found, corrupt, and unsupported for what a guest cannot have,
// with the member's name and the reason: nothing that changes what a container may do is passed
// over.
Bundle load_bundle(const std::string& path);
// `path`: the bundle's, which relative ones begin at.
Bundle parse_bundle(std::string_view text, const std::string& path);

}  // namespace oci
