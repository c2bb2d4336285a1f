#include <nlohmann/json.hpp>

#include "frontends/docker_parts.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

using base::Json;

constexpr std::string_view version_text =
    "Client:\n"
    " Version:           {{.Client.Version}}\n"
    " OS/Arch:           {{.Client.Os}}/{{.Client.Arch}}\n"
    "\n"
    "Engine:\n"
    " Version:           {{.Server.Version}}\n"
    " Hypervisor:        {{or .Server.Hypervisor \"none\"}}\n"
    " Guest kernel:      {{or .Server.GuestKernel \"none\"}}\n"
    " Host kernel:       {{.Server.KernelVersion}}\n"
    " OS/Arch:           {{.Server.Os}}/{{.Server.Arch}}\n";

Json version_document(const cli::HostFacts& facts) {
  const image::Platform& platform = facts.platform;
  const engine::HostInfo& host = facts.host;
  return {
      {"Client", {{"Version", VXN_VERSION}, {"Os", platform.os}, {"Arch", platform.architecture}}},
      {"Server",
       {{"Version", VXN_VERSION},
        {"Hypervisor", host.hypervisor},
        {"GuestKernel", host.guest_kernel},
        {"KernelVersion", host.kernel},
        {"Os", platform.os},
        {"Arch", platform.architecture}}},
  };
}

constexpr std::string_view info_text =
    "Client:\n"
    " Version:    {{.ClientInfo.Version}}\n"
    " Debug Mode: {{.ClientInfo.Debug}}\n"
    "\n"
    "Engine:\n"
    " Containers: {{.Containers}}\n"
    "  Running: {{.ContainersRunning}}\n"
    "  Paused: {{.ContainersPaused}}\n"
    "  Stopped: {{.ContainersStopped}}\n"
    " Images: {{.Images}}\n"
    " Version: {{.ServerVersion}}\n"
    " Hypervisor: {{or .Hypervisor \"none\"}}\n"
    " Guest Kernel: {{or .GuestKernel \"none\"}}\n"
    " Container Defaults:\n"
    "  Memory: {{.ContainerDefaults.MemoryText}}\n"
    "  CPUs: {{.ContainerDefaults.CPUs}}\n"
    "  Writable Disk: {{.ContainerDefaults.DiskText}}\n"
    " Kernel Version: {{.KernelVersion}}\n"
    " Operating System: {{.OperatingSystem}}\n"
    " OSType: {{.OSType}}\n"
    " Architecture: {{.Architecture}}\n"
    " CPUs: {{.NCPU}}\n"
    " Total Memory: {{.MemTotalText}}\n"
    " Free Memory: {{.MemFreeText}}\n"
    " Name: {{.Name}}\n"
    " Data Root Dir: {{.DockerRootDir}}\n"
    " Run Root Dir: {{.RunRootDir}}\n"
    "{{if .Registry}} Registry: {{.Registry}}\n{{end}}"
    "{{if .InsecureRegistries}} Insecure Registries:\n"
    "{{range .InsecureRegistries}}  {{.}}\n{{end}}{{end}}";

Json defaults_document(const engine::Settings& settings) {
  return {{"Memory", settings.memory},
          {"MemoryText", binary_size(settings.memory)},
          {"CPUs", settings.vcpus},
          {"Disk", settings.storage_size},
          {"DiskText", binary_size(settings.storage_size)}};
}

// The names of docker's API where it has one.
Json info_document(const cli::HostFacts& facts) {
  const engine::HostInfo& host = facts.host;
  const engine::Settings& settings = facts.settings;
  return {
      {"ClientInfo", {{"Version", VXN_VERSION}, {"Debug", facts.debug}}},
      {"Containers", host.containers},
      {"ContainersRunning", host.running},
      {"ContainersPaused", host.paused},
      {"ContainersStopped", host.stopped},
      {"Images", host.images},
      {"ServerVersion", VXN_VERSION},
      {"Hypervisor", host.hypervisor},
      {"GuestKernel", host.guest_kernel},
      {"ContainerDefaults", defaults_document(settings)},
      {"KernelVersion", host.kernel},
      {"OperatingSystem", host.operating_system},
      {"OSType", "linux"},
      {"Architecture", host.architecture},
      {"NCPU", host.cpus},
      {"MemTotal", host.memory_total},
      {"MemTotalText", binary_size(host.memory_total)},
      {"MemFree", host.memory_free},
      {"MemFreeText", binary_size(host.memory_free)},
      {"Name", host.host_name},
      {"DockerRootDir", settings.data_root},
      {"RunRootDir", settings.run_root},
      {"Registry", settings.registry},
      {"InsecureRegistries", settings.insecure_registries},
  };
}

}  // namespace

cli::DocumentStyle docker_version() { return {.document = version_document, .text = version_text}; }

cli::DocumentStyle docker_info() { return {.document = info_document, .text = info_text}; }

}  // namespace frontends
