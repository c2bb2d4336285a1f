#include "xen/host.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "xen/udev_rules.h"
#include "xen/xenstore_client.h"

namespace xen {
namespace {

std::string sysfs(const char* name) {
  auto text = base::try_read_file(std::string("/sys/hypervisor/") + name, 4096);
  return text ? std::string(base::trim(*text)) : "";
}

struct Need {
  const char* module;
  const char* evidence;
};
// A path that exists once the module is there, or the feature built in.
constexpr Need needs[] = {
    {"xen-blkback", "/sys/bus/xen-backend/drivers/vbd"},
    {"xen-gntdev", "/dev/xen/gntdev"},
    {"xen-evtchn", "/dev/xen/evtchn"},
    {"loop", "/dev/loop-control"},
    {"dm-mod", "/sys/class/misc/device-mapper"},
};

bool modprobe_knows(const std::string& module, const base::Deadline& deadline) {
  try {
    return base::run_program({"modprobe", "--dry-run", "--quiet", module}, deadline).status.ok();
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

bool running_on_xen() { return base::exists("/dev/xen/privcmd") && sysfs("type") == "xen"; }

void require_xen() {
  if (!running_on_xen())
    throw base::Error(base::ErrorKind::unavailable, "this machine runs no Xen hypervisor");
}

std::string xen_version() {
  const std::string major = sysfs("version/major");
  if (major.empty() || sysfs("type") != "xen") return "";
  return major + "." + sysfs("version/minor") + sysfs("version/extra");
}

bool XlInfo::has(std::string_view capability) const {
  for (const std::string& have : virt_caps)
    if (have == capability) return true;
  return false;
}

XlInfo parse_xl_info(std::string_view text) {
  XlInfo info;
  for (const std::string& line : base::split(text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view key = base::trim(std::string_view(line).substr(0, colon));
    const std::string_view value = base::trim(std::string_view(line).substr(colon + 1));
    if (key == "xen_version") info.xen_version = value;
    if (key == "total_memory")
      info.total_memory_mib = base::parse_number<std::uint64_t>(value).value_or(0);
    if (key == "free_memory")
      info.free_memory_mib = base::parse_number<std::uint64_t>(value).value_or(0);
    if (key == "nr_cpus") info.cpus = base::parse_number<unsigned>(value).value_or(0);
    if (key == "virt_caps")
      for (const std::string& word : base::split(value, ' '))
        if (!word.empty()) info.virt_caps.push_back(word);
  }
  return info;
}

XlInfo xl_info(const base::Deadline& deadline) {
  auto xl = find_xl();
  if (!xl)
    throw base::Error(base::ErrorKind::not_found,
                      "xl is not installed (install the package xen-utils)");
  return parse_xl_info(base::run_checked({*xl, "info"}, deadline));
}

std::optional<std::string> find_xl() {
  const char* path = std::getenv("PATH");
  std::vector<std::string> directories = base::split(path != nullptr ? path : "", ':');
  for (const char* usual : {"/usr/local/sbin", "/usr/sbin", "/sbin"})
    directories.emplace_back(usual);
  for (const std::string& directory : directories)
    if (std::string file = directory + "/xl"; !directory.empty() && access(file.c_str(), X_OK) == 0)
      return file;
  return std::nullopt;
}

bool xenstored_answers() {
  try {
    connect_xenstore(std::chrono::seconds(3))->list("/local/domain");
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

std::vector<HostModule> host_modules() {
  const auto deadline = base::Deadline::after(std::chrono::seconds(10));
  std::vector<HostModule> modules;
  for (const Need& need : needs) {
    HostModule module{
        .name = need.module, .evidence = need.evidence, .present = base::exists(need.evidence)};
    module.loadable = module.present || modprobe_knows(module.name, deadline);
    modules.push_back(std::move(module));
  }
  return modules;
}

void ensure_modules(const base::Deadline& deadline) {
  std::vector<std::string> lacking;
  for (const Need& need : needs) {
    if (base::exists(need.evidence)) continue;
    base::Output output = base::run_program({"modprobe", need.module}, deadline);
    if (!output.status.ok()) lacking.emplace_back(need.module);
  }
  if (!lacking.empty())
    throw base::Error(base::ErrorKind::not_found,
                      fmt::format("dom0's kernel lacks: {}", base::join(lacking, ", ")));
  ensure_udev_rules(deadline);
}

void ensure_udev_rules(const base::Deadline& deadline) {
  constexpr const char* name = "55-vxn.rules";
  if (!base::is_directory("/run/udev")) return;
  for (const char* directory : {"/etc", "/usr/lib", "/usr/local/lib", "/lib", "/run"})
    if (base::exists(fmt::format("{}/udev/rules.d/{}", directory, name))) return;
  base::make_directories("/run/udev/rules.d");
  base::replace_file(fmt::format("/run/udev/rules.d/{}", name), udev_rules);
  base::run_program({"udevadm", "control", "--reload"}, deadline);
}

}  // namespace xen
