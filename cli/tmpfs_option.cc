#include "cli/tmpfs_option.h"

#include <fmt/core.h>
#include <sys/mount.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace cli {
namespace {

struct Flag {
  std::string_view name;
  unsigned long set;
  unsigned long cleared = 0;
};

constexpr Flag flags[] = {
    {"defaults", 0},
    {"rw", 0, MS_RDONLY},
    {"ro", MS_RDONLY},
    {"suid", 0, MS_NOSUID},
    {"nosuid", MS_NOSUID},
    {"dev", 0, MS_NODEV},
    {"nodev", MS_NODEV},
    {"exec", 0, MS_NOEXEC},
    {"noexec", MS_NOEXEC},
    {"async", 0, MS_SYNCHRONOUS},
    {"sync", MS_SYNCHRONOUS},
    {"dirsync", MS_DIRSYNC},
    {"atime", 0, MS_NOATIME},
    {"noatime", MS_NOATIME},
    {"diratime", 0, MS_NODIRATIME},
    {"nodiratime", MS_NODIRATIME},
    {"relatime", MS_RELATIME},
    {"norelatime", 0, MS_RELATIME},
    {"strictatime", MS_STRICTATIME},
    {"nostrictatime", 0, MS_STRICTATIME},
    // What podman's does by itself, and docker's never: the image's directory stays hidden.
    {"notmpcopyup", 0},
};

constexpr std::string_view values[] = {
    "size=", "mode=", "uid=", "gid=", "nr_inodes=", "nr_blocks=", "mpol="};

}  // namespace

std::optional<std::string> parse_tmpfs(std::string_view text, protocol::TmpfsMount& mount) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  mount.target = text.substr(0, colon);
  unsigned long bits = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (!mount.target.starts_with('/') || mount.target == "/")
    return fmt::format("invalid mount path: '{}' mount path must be absolute",
                       base::printable(mount.target));
  if (colon < text.size())
    for (const std::string& option : base::split(text.substr(colon + 1), ',')) {
      const auto* flag = std::find_if(std::begin(flags), std::end(flags),
                                      [&](const Flag& entry) { return entry.name == option; });
      const bool has_value = std::any_of(std::begin(values), std::end(values), [&](auto value) {
        return std::string_view(option).starts_with(value);
      });
      if (flag != std::end(flags))
        bits = (bits & ~flag->cleared) | flag->set;
      else if (has_value)
        mount.options += (mount.options.empty() ? "" : ",") + option;
      else if (!option.empty())
        return fmt::format("invalid tmpfs option \"{}\"", base::printable(option));
    }
  mount.flags = static_cast<std::uint32_t>(bits);
  return std::nullopt;
}

}  // namespace cli
