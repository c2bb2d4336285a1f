// `info` and `doctor`: what this host has, and what it lacks to run containers.
#include <fmt/core.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/engine.h"
#include "image/platform.h"
#include "xen/guest_kernel.h"
#include "xen/host.h"

namespace engine {
namespace {

constexpr base::Milliseconds xl_limit{15'000};
constexpr std::uint64_t low_memory_mib = 192;
constexpr std::uint64_t low_disk = 512u << 20;

std::string existing_parent(std::string path) {
  while (path.size() > 1 && !base::exists(path))
    path.erase(std::max<std::size_t>(path.rfind('/'), 1));
  return path;
}

HostReport check_user(const Settings&) {
  return {.what = "privileges",
          .ok = geteuid() == 0,
          .found = geteuid() == 0 ? "root" : fmt::format("user {}", geteuid()),
          .remedy = "run it as root: only root may build domains"};
}

HostReport check_hypervisor(const Settings&) {
  const bool there = xen::running_on_xen();
  return {.what = "hypervisor",
          .ok = there,
          .found = there ? "Xen " + xen::xen_version() : "none",
          .remedy = "boot this machine with Xen (package xen-system-amd64), or use `machine/run`"};
}

HostReport check_xenstored(const Settings&) {
  const bool answers = xen::running_on_xen() && xen::xenstored_answers();
  return {.what = "xenstored",
          .ok = answers,
          .found = answers ? "answers" : "does not answer",
          .remedy = "start it: service xen start"};
}

HostReport check_toolstack(const Settings&) {
  const auto xl = xen::find_xl();
  return {.what = "toolstack",
          .ok = xl.has_value(),
          .found = xl.value_or("no xl"),
          .remedy = "install the package xen-utils of this Xen"};
}

HostReport check_kernel(const Settings& settings) {
  HostReport report{.what = "guest kernel", .ok = true, .found = {}, .remedy = {}};
  try {
    report.found = xen::guest_kernel(settings.data_root, settings.kernel).version;
  } catch (const base::Error& error) {
    report.ok = false;
    report.found = error.message();
    report.remedy = "make one of the kernel of this host: vxn-kernel update";
  }
  return report;
}

HostReport check_modules(const Settings&) {
  std::vector<std::string> lacking;
  for (const xen::HostModule& module : xen::host_modules())
    if (!module.present && !module.loadable) lacking.push_back(module.name);
  return {.what = "dom0 modules",
          .ok = lacking.empty(),
          .found = lacking.empty() ? "all there" : "missing: " + base::join(lacking, ", "),
          .remedy = "install a dom0 kernel with these modules"};
}

HostReport check_memory(const Settings&) {
  HostReport report{.what = "memory", .ok = false, .found = {}, .remedy = {}};
  try {
    const xen::XlInfo info = xen::xl_info(base::Deadline::after(xl_limit));
    report.ok = info.free_memory_mib >= low_memory_mib;
    report.found = fmt::format("{} MiB free for domains", info.free_memory_mib);
    report.remedy = "give dom0 less: dom0_mem=2048M,max:2048M on Xen's command line";
  } catch (const base::Error& error) {
    report.found = error.message();
    report.remedy = "see hypervisor and toolstack";
  }
  return report;
}

HostReport check_disk(const Settings& settings) {
  const std::string place = existing_parent(settings.data_root);
  const std::uint64_t bytes = base::free_bytes(place);
  return {.what = "disk",
          .ok = bytes >= low_disk,
          .found = fmt::format("{} free in {}", base::human_size(bytes), settings.data_root),
          .remedy = "free some, or put data-root elsewhere (/etc/vxn/vxn.conf)"};
}

HostReport check_mke2fs(const Settings&) {
  const bool there = base::exists("/sbin/mke2fs") || base::exists("/usr/sbin/mke2fs");
  return {.what = "mke2fs",
          .ok = there,
          .found = there ? "there" : "missing",
          .remedy = "install the package e2fsprogs"};
}

std::string operating_system() {
  const auto text = base::try_read_file("/etc/os-release", 64u << 10);
  for (const std::string& line : base::split(text.value_or(""), '\n'))
    if (line.starts_with("PRETTY_NAME=")) {
      const std::string_view value = std::string_view(line).substr(12);
      return std::string(value.size() > 1 && value[0] == '"' ? value.substr(1, value.size() - 2)
                                                             : value);
    }
  return "Linux";
}

void count_containers(HostInfo& info, const std::vector<Container>& containers) {
  info.containers = static_cast<unsigned>(containers.size());
  for (const Container& container : containers)
    if (is_paused(container.state))
      ++info.paused;
    else if (is_alive(container.state))
      ++info.running;
    else
      ++info.stopped;
}

void tell_hypervisor(HostInfo& info) {
  if (!xen::running_on_xen()) return;
  info.hypervisor = "Xen " + xen::xen_version();
  try {
    const xen::XlInfo xl = xen::xl_info(base::Deadline::after(xl_limit));
    info.memory_total = xl.total_memory_mib << 20;
    info.memory_free = xl.free_memory_mib << 20;
    info.cpus = xl.cpus;
  } catch (const base::Error&) {
    // `doctor` tells why; dom0's own figures stand.
  }
}

HostReport room_report(const InstanceInfo& info) {
  const std::string room = info.room ? fmt::format("room for {} more containers, by its {}",
                                                   info.room->containers, info.room->limit)
                                     : "its guest does not say how much room it has";
  return {.what = "memres " + info.instance.config.name,
          .ok = info.room && info.quarantined == 0,
          .found = info.quarantined == 0
                       ? room
                       : fmt::format("{}; {} slots in quarantine", room, info.quarantined),
          .remedy = "restart it: vmemres restart"};
}

}  // namespace

HostInfo Engine::info() {
  HostInfo info;
  count_containers(info, containers());
  info.images = static_cast<unsigned>(images().size());
  struct utsname name {};
  uname(&name);
  info.kernel = name.release;
  info.host_name = name.nodename;
  info.architecture = name.machine;
  info.operating_system = operating_system();
  struct sysinfo memory {};
  sysinfo(&memory);
  info.memory_total = static_cast<std::uint64_t>(memory.totalram) * memory.mem_unit;
  info.memory_free = static_cast<std::uint64_t>(memory.freeram) * memory.mem_unit;
  info.cpus = static_cast<unsigned>(sysconf(_SC_NPROCESSORS_ONLN));
  try {
    info.guest_kernel = xen::guest_kernel(settings_.data_root, settings_.kernel).version;
  } catch (const base::Error&) {
    info.guest_kernel.clear();
  }
  tell_hypervisor(info);
  return info;
}

std::vector<HostReport> Engine::doctor() {
  using Check = HostReport (*)(const Settings&);
  constexpr Check checks[] = {check_user,      check_hypervisor, check_xenstored,
                              check_toolstack, check_kernel,     check_modules,
                              check_memory,    check_disk,       check_mke2fs};
  std::vector<HostReport> reports;
  for (const Check check : checks) reports.push_back(check(settings_));
  if (geteuid() != 0 || !xen::running_on_xen()) return reports;
  for (const InstanceInfo& info : instances())
    reports.push_back(room_report(instance(info.instance.config.name)));
  return reports;
}

}  // namespace engine
