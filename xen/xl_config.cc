#include "xen/xl_config.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace xen {
namespace {

// A PV guest's command line is copied into start_info, which has room for 1024 bytes and cuts the
// rest off without a word (MAX_GUEST_CMDLINE in xen/include/public/xen.h).
constexpr std::size_t command_line_limit = 1023;

// xl's lexer (libxlu_cfg_l.l) ends a string at its quote and understands a backslash before quotes
// and backslashes.
std::string quoted(std::string_view what, std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      throw base::Error(base::ErrorKind::usage,
                        fmt::format("{} cannot be given to xl: it has control characters: {}", what,
                                    base::printable(text)));
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

void check(const DomainConfig& config) {
  auto require = [](bool good, const char* message) {
    if (!good) throw base::Error(base::ErrorKind::usage, message);
  };
  require(!config.name.empty(), "a domain needs a name");
  require(!config.kernel.empty(), "a domain needs a kernel");
  require(config.memory_mib > 0, "a domain needs memory");
  require(config.vcpus > 0, "a domain needs a vcpu");
  require(config.command_line.size() <= command_line_limit,
          "the guest kernel's command line is longer than 1023 bytes");
}

}  // namespace

std::string xl_config(const DomainConfig& config) {
  check(config);
  std::string text;
  auto line = [&text](std::string_view key, std::string_view value) {
    text += fmt::format("{} = {}\n", key, value);
  };
  line("name", quoted("the domain's name", config.name));
  line("uuid", quoted("the domain's uuid", config.uuid.text()));
  line("type", quoted("the domain's type", to_string(config.type)));
  line("kernel", quoted("the kernel's path", config.kernel));
  if (!config.ramdisk.empty()) line("ramdisk", quoted("the initrd's path", config.ramdisk));
  line("cmdline", quoted("the kernel's command line", config.command_line));
  line("memory", fmt::format("{}", config.memory_mib));
  line("maxmem", fmt::format("{}", config.memory_mib));
  line("vcpus", fmt::format("{}", config.vcpus));
  if (!config.cpus.empty()) line("cpus", quoted("the processors", config.cpus));
  // Without xl's daemon nobody acts on these; with them a domain that has ended stays until we have
  // seen why, whoever watches.
  for (const char* event : {"on_poweroff", "on_reboot", "on_crash", "on_watchdog"})
    line(event, "\"preserve\"");
  return text;
}

}  // namespace xen
