#include "engine/spec.h"

#include <algorithm>

#include "engine/create.h"
#include "image/store_layout.h"

namespace engine {

protocol::DiskId gpt_bytes(const base::Uuid& guid) {
  protocol::DiskId bytes = guid.bytes();
  std::reverse(bytes.begin(), bytes.begin() + 4);
  std::reverse(bytes.begin() + 4, bytes.begin() + 6);
  std::reverse(bytes.begin() + 6, bytes.begin() + 8);
  return bytes;
}

protocol::ContainerSpec container_spec(const ContainerConfig& config) {
  return {.hostname = config.hostname,
          .layers = static_cast<std::uint32_t>(config.layers.size()),
          .read_only_disk = gpt_bytes(config.read_only_disk),
          .writable_disk = config.writable_disk.bytes(),
          .read_only_root = config.read_only,
          .hosts = {},
          .memory_limit = config.memory};
}

protocol::ProcessSpec process_spec(const ContainerConfig& config) {
  return {.argv = config.argv,
          .env = config.env,
          .working_directory = config.working_directory,
          .user = config.user,
          .groups = {},
          .terminal = config.terminal ? std::optional(protocol::WindowSize{}) : std::nullopt,
          .standard_input = config.interactive,
          .init = config.init};
}

protocol::ProcessSpec exec_spec(const ContainerConfig& config, const ExecRequest& request) {
  std::vector<std::string> env = config.env;
  if (request.terminal) env = merge_environment(std::move(env), {"TERM=xterm"});
  const std::string& directory = request.working_directory;
  return {.argv = request.command,
          .env = merge_environment(std::move(env), request.env),
          .working_directory = directory.empty() ? config.working_directory : directory,
          .user = request.user.empty() ? config.user : request.user,
          .groups = {},
          .terminal = request.terminal ? std::optional(protocol::WindowSize{}) : std::nullopt,
          .standard_input = request.interactive,
          .init = false};
}

std::vector<std::string> layer_paths(const ContainerConfig& config, const std::string& data_root) {
  const image::StoreLayout layout{data_root + "/images"};
  std::vector<std::string> paths;
  for (const std::string& layer : config.layers) paths.push_back(layout.disk(layer));
  return paths;
}

}  // namespace engine
