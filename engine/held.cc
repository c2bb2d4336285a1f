// The verbs for a container whose files are a directory of the host and whose life hangs on a
// process that others reap: what an OCI runtime is asked for.
#include <fcntl.h>

#include <array>
#include <optional>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "engine/control.h"
#include "engine/create.h"
#include "engine/detached_start.h"
#include "engine/engine_parts.h"
#include "engine/root_files.h"
#include "engine/seccomp_profile.h"
#include "engine/spec.h"
#include "image/directory_disk.h"
#include "xen/guest_kernel.h"

namespace engine {
namespace {

constexpr base::Milliseconds holding_limit{30'000};
constexpr const char* root_layer = "root.squashfs";
constexpr const char* files_layer = "files.squashfs";

void write_layer(const std::string& directory, const std::string& path) {
  const base::UniqueFd output = base::open_file(path, O_CREAT | O_RDWR | O_EXCL, 0600);
  image::write_directory_disk(directory, output.get());
}

// Its process says so, or why it could not.
void await_held(const base::UniqueFd& launch) {
  LaunchReader reader;
  const auto end =
      reader.read(launch.get(), base::Deadline::after(holding_limit), [](const LaunchEvent& event) {
        if (event.type == LaunchEvent::Type::error) throw launch_error(event);
        return event.type == LaunchEvent::Type::held;
      });
  if (end != LaunchReader::End::taken)
    throw base::Error(base::ErrorKind::unavailable, "the container's monitor does not answer");
}

}  // namespace

Container Engine::create(const DirectoryRequest& request) {
  require_host(settings_);
  recover();
  const xen::GuestKernel kernel = xen::guest_kernel(settings_.data_root, settings_.kernel);
  Container container{.config = request.config, .state = Created{}};
  ContainerConfig& config = container.config;
  identify(config, settings_);
  take_kernel(kernel, settings_, config);
  if (config.memory == 0) config.memory = settings_.memory;
  config.vcpus = vcpus_for(config.cpuset, config.nano_cpus, settings_);
  config.storage_size = settings_.storage_size;
  config.provisional = true;  // until it has run it is worth nothing without its process
  config.tied = true;
  config.own_layers = {root_layer};
  if (!request.files.empty()) config.own_layers.emplace_back(files_layer);
  const std::string filter =
      request.seccomp.empty()
          ? ""
          : compile_seccomp(request.seccomp, "linux.seccomp", config.policy.capabilities);
  try {
    record(container, filter);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::already_exists) throw;
    config.name.clear();
    record(container, filter);
  }
  try {
    base::doing("the root file system", [&] {
      write_layer(request.directory, own_layer_path(config.id, root_layer, settings_.data_root));
    });
    if (!request.files.empty()) {
      const base::TempDir staging(parts_->containers.data_directory(config.id), "files");
      lay_files(request.files, request.directory, staging.path());
      write_layer(staging.path(), own_layer_path(config.id, files_layer, settings_.data_root));
    }
  } catch (...) {
    parts_->containers.remove(container);
    throw;
  }
  base::failpoint("client.created");
  return container;
}

pid_t Engine::hold(const std::string& id, const std::array<int, 3>& stdio) {
  const Container found = known(id);
  const MonitorProcess monitor =
      start_monitor(settings_, {MonitorMode::hold, id, take_lock(found.config)}, stdio);
  await_held(monitor.launch);
  return monitor.pid;
}

bool Engine::is_held(const Container& container) const {
  return container.config.tied && std::holds_alternative<Created>(container.state) &&
         parts_->containers.locked(container.config.id);
}

std::optional<StartFailure> Engine::start_held(const std::string& id) {
  const base::UniqueFd launch = order_start(parts_->containers.control_path(known(id).config.id));
  if (!launch) throw base::Error(base::ErrorKind::failure, "the container's process has ended");
  return await_start(launch);
}

}  // namespace engine
