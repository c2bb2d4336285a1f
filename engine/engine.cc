#include "engine/engine.h"

#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/signals.h"
#include "engine/attachment.h"
#include "engine/create.h"
#include "engine/engine_parts.h"
#include "engine/policy.h"
#include "engine/recovery.h"
#include "engine/registry_access.h"
#include "xen/guest_kernel.h"
#include "xen/host.h"

namespace engine {

void require_host(const Settings& settings) {
  if (geteuid() != 0)
    throw base::Error(base::ErrorKind::denied,
                      fmt::format("running a container needs root: as this user images lie in {}, "
                                  "those of root in /var/lib/vxn (try sudo)",
                                  settings.data_root));
  if (!xen::running_on_xen())
    throw base::Error(base::ErrorKind::unavailable,
                      "this machine runs no Xen hypervisor: `machine/run` boots one under QEMU and "
                      "runs the command there");
}

void take_kernel(const xen::GuestKernel& kernel, const Settings& settings,
                 ContainerConfig& config) {
  config.kernel = kernel.id;
  config.guest_memory =
      settings.guest_memory != 0 ? settings.guest_memory : kernel.own_memory_mib << 20;
}

Engine::Engine(Settings settings, image::NameDefaults names, RegistryFiles files)
    : settings_(std::move(settings)),
      parts_(new Parts{.containers = ContainerStore(settings_.data_root, settings_.run_root),
                       .instances = memres::InstanceStore(settings_.run_root),
                       .images = image::ImageStore(settings_.data_root + "/images"),
                       .names = std::move(names),
                       .files = std::move(files),
                       .registry = settings_.registry,
                       .loaded = {},
                       .locks = {},
                       .begun = {},
                       .monitor = {}}) {}

Engine::~Engine() = default;

void Engine::recover() {
  recover_instances();
  engine::recover(settings_, parts_->containers);
  tidy_images();
}

image::Image Engine::obtain(const CreateRequest& request, base::Progress& progress) {
  const PullRequest pull_request{.image = request.image,
                                 .platform = request.platform,
                                 .access = request.access,
                                 .trying = request.trying};
  if (request.pull == PullPolicy::always) return pull(pull_request, progress).image;
  const image::ShortNames& names = parts_->short_names();
  if (auto found = parts_->images.find(request.image, names)) return *found;
  const image::Reference name = image::Reference::parse(request.image, names.defaults);
  const std::string familiar = name.with_default_tag().familiar(names.defaults);
  if (request.pull == PullPolicy::never)
    throw base::Error(base::ErrorKind::not_found, "No such image: " + familiar);
  progress.message(fmt::format("Unable to find image '{}' locally", familiar));
  return pull(pull_request, progress).image;
}

void Engine::prepare_start(StartKind kind) {
  require_host(settings_);
  parts_->monitor.emplace(IdleMonitor::spawn(
      settings_, kind == StartKind::attached ? FirstClient::us : FirstClient::none));
}

Container Engine::create(const CreateRequest& request, base::Progress& progress) {
  require_host(settings_);
  recover();
  const base::Stopwatch watch;
  const xen::GuestKernel kernel = xen::guest_kernel(
      settings_.data_root, request.kernel.empty() ? settings_.kernel : request.kernel);
  const image::Image image = obtain(request, progress);
  require_platform(image, image::Platform::host());
  Container container{.config = resolve(request, image, settings_), .state = Created{}};
  ContainerConfig& config = container.config;
  take_kernel(kernel, settings_, config);
  record(container, seccomp_filter(request, config.policy, settings_.data_root));
  base::failpoint("client.created");
  parts_->begun.emplace(config.id, Parts::Begun{watch, {"resolve", watch.milliseconds()}});
  return container;
}

void Engine::record(Container& container, const std::string& filter) {
  ContainerConfig& config = container.config;
  config.policy.filtered = !filter.empty();
  const bool drawn = config.name.empty();
  for (int attempt = 0;; ++attempt) {
    if (drawn) config.name = random_name() + (attempt < 8 ? "" : "_" + base::random_hex(4));
    try {
      base::FileLock lock = parts_->containers.create(container, filter);
      parts_->locks.emplace(config.id, std::move(lock));
      return;
    } catch (const base::Error& error) {
      if (!drawn || attempt > 16 || error.kind() != base::ErrorKind::already_exists) throw;
    }
  }
}

RunOutcome Engine::start_attached(const std::string& id, const Stdio& stdio) {
  if (!parts_->locks.contains(id)) recover();
  const Container container = known(id);
  const ContainerConfig& config = container.config;
  base::FileLock lock = take_lock(config);
  base::SignalSource signals = attached_signals(stdio);
  const AttachRequest request{settings_, parts_->containers, config, stdio};
  try {
    base::throw_if_interrupted();
    ensure_instance(config);
    if (!parts_->monitor) prepare_start(StartKind::attached);
    IdleMonitor idle = std::move(*std::exchange(parts_->monitor, std::nullopt));
    MonitorProcess monitor =
        std::move(idle).order({MonitorMode::start, config.id, std::move(lock)});
    base::failpoint("client.spawned");
    RunOutcome outcome = Attachment(request, std::move(monitor), signals).run();
    base::failpoint("client.exiting");
    if (const auto begun = parts_->begun.find(config.id); begun != parts_->begun.end()) {
      outcome.timing.steps.insert(outcome.timing.steps.begin(), begun->second.resolve);
      outcome.timing.total = begun->second.watch.milliseconds();
    }
    return outcome;
  } catch (const base::Error&) {
    lock.release();
    forget_start(config);
    throw;
  }
}

std::vector<Container> Engine::containers() {
  recover();
  return parts_->containers.list();
}

Container Engine::container(const std::string& name_or_id) {
  recover();
  return known(name_or_id);
}

Container Engine::known(const std::string& name_or_id) {
  auto found = parts_->containers.find(name_or_id);
  if (!found) throw base::Error(base::ErrorKind::not_found, "No such container: " + name_or_id);
  return *found;
}

std::uint64_t Engine::disk_usage(const ContainerConfig& config) const {
  return base::disk_usage(parts_->containers.data_directory(config.id));
}

void Engine::remove(const std::string& name_or_id, bool force) {
  const Container found = known(name_or_id);
  const std::string& id = found.config.id;
  if (!force) recover();
  const auto now = parts_->containers.load(id);
  if (!now) return;
  const bool alive = parts_->containers.locked(id);
  if (alive && !force && !is_over(now->state))
    throw base::Error(
        base::ErrorKind::failure,
        fmt::format("cannot remove container \"/{}\": container is {}: stop the "
                    "container before removing or force remove",
                    found.config.name, is_restarting(now->state) ? "restarting" : "running"));
  if (force)
    end_container(settings_, parts_->containers, *now);
  else if (alive)
    await_end(parts_->containers, *now);
  if (!parts_->containers.load(id)) return;  // the monitor of one with --rm has removed it
  const auto lock = parts_->containers.try_lock(id);
  parts_->containers.remove(*now);
}

}  // namespace engine
