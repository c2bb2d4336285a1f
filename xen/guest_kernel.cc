#include "xen/guest_kernel.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <filesystem>
#include <initializer_list>
#include <map>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace xen {
namespace {

constexpr std::size_t about_limit = 4096;

// No entropy to wait for (the processor has it), no defence against a tenant who is alone in it, no
// hidden addresses: each costs every start. A panic ends the domain, which tells Xen so. One queue
// per disk, or blkfront takes 4 MiB for each; and 4 MiB more of each for grants that it would keep.
constexpr std::string_view everywhere =
    "quiet nokaslr mitigations=off random.trust_cpu=on panic=-1 xen_blkfront.max_queues=1 "
    "xen_blkfront.feature_persistent=0";

const std::vector<GuestArchitecture> architectures = {
    {.name = "amd64",
     .machine = "x86_64",
     .image = "vmlinux",
     .types = {GuestType::pvh, GuestType::pv},
     .console = "hvc0",
     // Calls that are left out: one reads a register that a PV guest on an AMD host must not; the
     // other waits for all of Xen's devices, looking ten times a second, and a driver that is
     // loaded later does so, too (drivers/xen/xenbus/xenbus_probe_frontend.c). Not noxsave: images
     // for x86-64-v3 need AVX, and it wins nothing that could be measured. Lock prefixes stay, with
     // one vcpu, too: taking each out maps and unmaps its page, which Xen has to do.
     .command_line = "noreplace-smp "
                     "initcall_blacklist=print_s5_reset_status_mmio,boot_wait_for_devices"},
    {.name = "arm64",
     .machine = "aarch64",
     .image = "Image",
     .types = {GuestType::pvh},
     .console = "hvc0",
     .command_line = ""},
};

using About = std::map<std::string, std::string, std::less<>>;

About parse_about(std::string_view text) {
  About values;
  for (const std::string& line : base::split(text, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) values[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return values;
}

std::string join_words(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += ' ';
    text += part;
  }
  return text;
}

const GuestArchitecture* architecture_named(std::string_view name) {
  for (const GuestArchitecture& architecture : architectures)
    if (architecture.name == name) return &architecture;
  return nullptr;
}

[[noreturn]] void incomplete(const std::string& directory, std::string_view what) {
  throw base::Error(base::ErrorKind::corrupt,
                    fmt::format("the guest kernel in {} is incomplete: {} (make it anew with "
                                "`vxn-kernel update`)",
                                directory, what));
}

About about_of(const std::string& directory) {
  const auto text = base::try_read_file(directory + "/about", about_limit);
  if (!text) incomplete(directory, "it has no about");
  return parse_about(*text);
}

bool has_version(const std::string& directory, std::string_view version) {
  const auto text = base::try_read_file(directory + "/about", about_limit);
  if (!text) return false;
  const About values = parse_about(*text);
  auto found = values.find("version");
  return found != values.end() && found->second == version;
}

std::string directory_of(const std::string& kernels, std::string_view id) {
  std::error_code absent;
  // Resolved once: an update meanwhile must not mix two pairs.
  std::string current = std::filesystem::canonical(kernels + "/current", absent);
  if (id.empty() && !absent) return current;
  for (const std::string& name : base::list_directory(kernels)) {
    std::string directory = fmt::format("{}/{}", kernels, name);
    if (name != "current" && !name.starts_with('.') && (name == id || has_version(directory, id)))
      return directory;
  }
  throw base::Error(base::ErrorKind::not_found,
                    fmt::format("there is no guest kernel {}in {} (make one with `vxn-kernel "
                                "update`)",
                                id.empty() ? "" : base::printable(id) + " ", kernels));
}

std::string required_file(const std::string& directory, std::string_view name) {
  std::string path = fmt::format("{}/{}", directory, name);
  if (!base::exists(path)) incomplete(directory, fmt::format("it has no {}", name));
  return path;
}

}  // namespace

const std::vector<GuestArchitecture>& guest_architectures() { return architectures; }

const GuestArchitecture& host_architecture() {
  utsname name{};
  if (::uname(&name) != 0) base::throw_errno("asking for this machine's architecture");
  for (const GuestArchitecture& architecture : architectures)
    if (architecture.machine == name.machine) return architecture;
  throw base::Error(base::ErrorKind::unsupported,
                    fmt::format("there are no guests for {} machines", name.machine));
}

GuestKernel guest_kernel(const std::string& data_directory, std::string_view id) {
  const std::string directory = directory_of(data_directory + "/kernels", id);
  const About values = about_of(directory);
  auto value = [&](std::string_view key) {
    auto found = values.find(key);
    if (found == values.end()) incomplete(directory, fmt::format("about has no {}", key));
    return found->second;
  };
  const GuestArchitecture* architecture = architecture_named(value("architecture"));
  if (architecture == nullptr) incomplete(directory, "it is for an unknown architecture");
  const auto memory = base::parse_number<std::uint64_t>(value("own_memory_mib"));
  if (!memory) incomplete(directory, "own_memory_mib is no number");
  const auto more = base::try_read_file(directory + "/command-line", about_limit);
  const std::string console = fmt::format("console={}", architecture->console);
  return {.id = std::filesystem::path(directory).filename(),
          .version = value("version"),
          .architecture = std::string(architecture->name),
          .kernel = required_file(directory, architecture->image),
          .initrd = required_file(directory, "initrd"),
          .command_line = join_words(
              {console, everywhere, architecture->command_line, base::trim(more.value_or(""))}),
          .own_memory_mib = *memory};
}

}  // namespace xen
