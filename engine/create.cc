#include "engine/create.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/number_list.h"
#include "base/signals.h"
#include "engine/isolation.h"
#include "engine/policy.h"

namespace engine {
namespace {

constexpr std::string_view default_path =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// A given entrypoint replaces the image's, and the image's command with it.
std::vector<std::string> resolve_argv(const CreateRequest& request,
                                      const image::ImageConfig& config) {
  std::vector<std::string> argv = request.entrypoint.value_or(config.entrypoint);
  const bool image_command = request.command.empty() && !request.entrypoint;
  const std::vector<std::string>& command = image_command ? config.cmd : request.command;
  argv.insert(argv.end(), command.begin(), command.end());
  if (argv.empty()) throw base::Error(base::ErrorKind::usage, "no command specified");
  return argv;
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

// Of what a container has without -e.
std::vector<std::string> kept_environment(std::vector<std::string> ours, const image::Image& image,
                                          const CreateRequest& request) {
  if (request.unset_all_env) return {};
  std::vector<std::string> kept = merge_environment(std::move(ours), image.config.env);
  const std::vector<std::string>& unset = request.unset_env;
  std::erase_if(kept, [&](const std::string& variable) {
    return std::find(unset.begin(), unset.end(), name_of(variable)) != unset.end();
  });
  return kept;
}

}  // namespace

unsigned vcpus_for(const std::string& cpuset, std::uint64_t nano_cpus, const Settings& settings) {
  constexpr std::uint64_t billion = 1'000'000'000;
  if (!cpuset.empty()) return base::count_listed(cpuset).value_or(settings.vcpus);
  const auto filled = static_cast<unsigned>((nano_cpus + billion - 1) / billion);
  return std::max(filled, settings.vcpus);
}

void identify(ContainerConfig& config, const Settings& settings) {
  config.id = base::random_hex(32);
  config.created = base::wall_now();
  config.guest_type = settings.guest_type;
  config.kernel_arguments = settings.kernel_arguments;
  config.placement = {.kind = InstanceKind::own, .domain = base::Uuid::random(), .slot = 0};
  config.read_only_disk = base::Uuid::random();
  config.writable_disk = base::Uuid::random();
}

std::vector<std::string> merge_environment(std::vector<std::string> base,
                                           const std::vector<std::string>& overrides) {
  for (const std::string& variable : overrides) {
    const auto same = std::find_if(base.begin(), base.end(), [&](const std::string& present) {
      return name_of(present) == name_of(variable);
    });
    if (same == base.end())
      base.push_back(variable);
    else
      *same = variable;
  }
  return base;
}

void require_platform(const image::Image& image, const image::Platform& host) {
  const image::Platform platform = image.config.platform().normalised();
  const std::array<image::Platform, 1> offered = {platform};
  if (!image::choose_platform(offered, host))
    throw base::Error(base::ErrorKind::unsupported,
                      fmt::format("the image is for {}, and guests of this host run {}",
                                  platform.text(), host.normalised().text()));
}

ContainerConfig resolve(const CreateRequest& request, const image::Image& image,
                        const Settings& settings) {
  ContainerConfig config;
  identify(config, settings);
  config.name = request.name;
  config.image = request.image;
  config.image_id = image.id.text();
  config.platform = image.config.platform().text();
  for (const image::Layer& layer : image.layers) config.layers.push_back(layer.disk);
  config.argv = resolve_argv(request, image.config);
  config.hostname = request.hostname.empty() ? config.id.substr(0, 12) : request.hostname;
  config.env = {std::string(default_path), "HOSTNAME=" + config.hostname};
  if (request.terminal) config.env.emplace_back("TERM=xterm");
  config.env = merge_environment(std::move(config.env), request.own_env);
  config.env =
      merge_environment(kept_environment(std::move(config.env), image, request), request.env);
  config.working_directory =
      request.working_directory.empty() ? image.config.working_dir : request.working_directory;
  config.user = request.user.empty() ? image.config.user : request.user;
  config.labels = image.config.labels;
  for (const auto& [key, value] : request.labels) config.labels[key] = value;
  config.interactive = request.interactive;
  config.terminal = request.terminal;
  config.read_only = request.read_only;
  config.init = request.init;
  config.user_entry = request.user_entry;
  config.auto_remove = request.auto_remove;
  config.provisional = request.provisional;
  config.log = request.log;
  config.restart = request.restart;
  config.stop_signal = request.stop_signal.value_or(
      base::parse_signal(image.config.stop_signal).value_or(config.stop_signal));
  config.stop_timeout = request.stop_timeout.value_or(config.stop_timeout);
  config.policy = resolve_policy(request.policy);
  config.tmpfs = request.tmpfs;
  config.sysctls = request.sysctls;
  config.annotations = request.annotations;
  config.memory = request.memory.value_or(settings.memory);
  config.shm_size = request.shm_size;
  config.pids_limit = request.pids_limit;
  config.nano_cpus = request.nano_cpus;
  config.cpuset = request.cpuset;
  config.vcpus = request.vcpus.value_or(vcpus_for(request.cpuset, request.nano_cpus, settings));
  config.storage_size = request.storage_size.value_or(settings.storage_size);
  if (!request.guest_type.empty()) config.guest_type = request.guest_type;
  config.isolation = resolve_isolation(request, config.policy, settings);
  config.instance = request.instance.empty() ? settings.instance : request.instance;
  config.memory_limited = request.memory.has_value();
  return config;
}

}  // namespace engine
