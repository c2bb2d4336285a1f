#include <nlohmann/json.hpp>

#include "frontends/podman_parts.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

using base::Json;

constexpr std::string_view version_text =
    "Client:        {{.Client.Program}}\n"
    "Version:       {{.Client.Version}}\n"
    "Hypervisor:    {{or .Client.Hypervisor \"none\"}}\n"
    "Guest Kernel:  {{or .Client.GuestKernel \"none\"}}\n"
    "OS/Arch:       {{.Client.OsArch}}\n";

Json version_document(const cli::HostFacts& facts) {
  const image::Platform& platform = facts.platform;
  const engine::HostInfo& host = facts.host;
  return {{"Client",
           {{"Program", facts.program},
            {"Version", VXN_VERSION},
            {"Hypervisor", host.hypervisor},
            {"GuestKernel", host.guest_kernel},
            {"OsArch", platform.os + "/" + platform.architecture},
            {"Os", platform.os}}}};
}

constexpr std::string_view info_text =
    "host:\n"
    "  arch: {{.host.arch}}\n"
    "  cpus: {{.host.cpus}}\n"
    "  guestKernel: {{json .host.guestKernel}}\n"
    "  hostname: {{.host.hostname}}\n"
    "  hypervisor: {{json .host.hypervisor}}\n"
    "  kernel: {{.host.kernel}}\n"
    "  memFree: {{.host.memFree}}\n"
    "  memTotal: {{.host.memTotal}}\n"
    "  operatingSystem: {{json .host.operatingSystem}}\n"
    "  os: {{.host.os}}\n"
    "registries:\n"
    "  default: {{json .registries.default}}\n"
    "  insecure: {{json .registries.insecure}}\n"
    "store:\n"
    "  containerStore:\n"
    "    number: {{.store.containerStore.number}}\n"
    "    paused: {{.store.containerStore.paused}}\n"
    "    running: {{.store.containerStore.running}}\n"
    "    stopped: {{.store.containerStore.stopped}}\n"
    "  graphRoot: {{.store.graphRoot}}\n"
    "  imageStore:\n"
    "    number: {{.store.imageStore.number}}\n"
    "  runRoot: {{.store.runRoot}}\n"
    "version:\n"
    "  OsArch: {{.version.OsArch}}\n"
    "  Version: {{.version.Version}}\n";

Json info_document(const cli::HostFacts& facts) {
  const image::Platform& platform = facts.platform;
  const engine::HostInfo& host = facts.host;
  const engine::Settings& settings = facts.settings;
  return {
      {"host",
       {{"arch", platform.architecture},
        {"cpus", host.cpus},
        {"guestKernel", host.guest_kernel},
        {"hostname", host.host_name},
        {"hypervisor", host.hypervisor},
        {"kernel", host.kernel},
        {"memFree", host.memory_free},
        {"memTotal", host.memory_total},
        {"operatingSystem", host.operating_system},
        {"os", platform.os}}},
      {"registries", {{"default", settings.registry}, {"insecure", settings.insecure_registries}}},
      {"store",
       {{"containerStore",
         {{"number", host.containers},
          {"paused", host.paused},
          {"running", host.running},
          {"stopped", host.stopped}}},
        {"graphRoot", settings.data_root},
        {"imageStore", {{"number", host.images}}},
        {"runRoot", settings.run_root}}},
      {"version",
       {{"OsArch", platform.os + "/" + platform.architecture}, {"Version", VXN_VERSION}}},
  };
}

}  // namespace

cli::DocumentStyle podman_version() { return {.document = version_document, .text = version_text}; }

cli::DocumentStyle podman_info() {
  return {.document = info_document, .text = info_text, .indented_json = true};
}

}  // namespace frontends
