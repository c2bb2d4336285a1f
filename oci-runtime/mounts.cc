#include "oci-runtime/mounts.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "cli/tmpfs_option.h"

namespace oci {
namespace {

struct Mount {
  std::string target, type, source;
  std::vector<std::string> options;
};

// Where the guest has one by itself, of this type (guest-init/mounts.cc); "": of any.
struct Given {
  std::string_view target, type;
};
constexpr std::array given = {
    Given{"/proc", "proc"},
    Given{"/sys", "sysfs"},
    Given{"/dev", "tmpfs"},
    Given{"/dev/pts", "devpts"},
    Given{"/dev/mqueue", "mqueue"},
    Given{"/sys/fs/cgroup", "cgroup"},
    Given{"/sys/fs/cgroup", "cgroup2"},
};

constexpr std::string_view shm = "/dev/shm";

// How a mount spreads to other namespaces of the host, of which a guest has none.
constexpr std::array propagation = {"private", "rprivate", "shared",     "rshared",
                                    "slave",   "rslave",   "unbindable", "runbindable"};

bool spreads(std::string_view option) {
  return std::find(propagation.begin(), propagation.end(), option) != propagation.end();
}

bool has(const Mount& mount, std::string_view option) {
  return std::find(mount.options.begin(), mount.options.end(), option) != mount.options.end();
}

[[noreturn]] void refuse(const Mount& mount, std::string_view why) {
  throw base::Error(base::ErrorKind::unsupported,
                    fmt::format("mounts: {}: {}", base::printable(mount.target), why));
}

Mount read_mount(const base::Json& json, const std::string& bundle) {
  Mount mount{.target = base::text_member(json, "destination"),
              .type = base::text_member(json, "type"),
              .source = base::text_member(json, "source"),
              .options = base::list_member(json, "options")};
  if (!mount.target.starts_with('/')) refuse(mount, "the destination is not absolute");
  while (mount.target.size() > 1 && mount.target.ends_with('/')) mount.target.pop_back();
  if (has(mount, "bind") || has(mount, "rbind")) mount.type = "bind";
  if (mount.type == "bind" && !mount.source.starts_with('/'))
    mount.source = bundle + "/" + mount.source;
  return mount;
}

// tmpfs(5)'s options without those that are no file system's own; ours begin with none of docker's
// defaults.
protocol::TmpfsMount read_tmpfs(const Mount& mount) {
  std::string text = mount.target + ":exec,suid,dev";
  for (const std::string& option : mount.options)
    if (!spreads(option)) text += "," + option;
  protocol::TmpfsMount tmpfs;
  if (const auto why = cli::parse_tmpfs(text, tmpfs)) refuse(mount, *why);
  return tmpfs;
}

// An engine's own directory is as empty as the guest's: what counts is how much it holds.
std::uint64_t shm_size(const Mount& mount) {
  struct statvfs there {};
  if (mount.type == "bind" && statvfs(mount.source.c_str(), &there) == 0)
    return std::uint64_t{there.f_blocks} * there.f_frsize;
  for (const std::string& option : mount.options)
    if (option.starts_with("size=")) {
      const auto size = base::parse_size(std::string_view(option).substr(5));
      if (!size) refuse(mount, "its size is no number");
      return *size;
    }
  return 0;
}

void take_bind(const Mount& mount, engine::DirectoryRequest& request) {
  struct stat status {};
  if (stat(mount.source.c_str(), &status) != 0) base::throw_errno("mounts: " + mount.source);
  if (S_ISDIR(status.st_mode)) refuse(mount, "a directory of the host cannot be shown to a guest");
  if (!S_ISREG(status.st_mode))
    refuse(mount, "only regular files of the host can stand in a guest");
  request.files.push_back({.source = mount.source, .target = mount.target});
}

void take_mount(const Mount& mount, engine::DirectoryRequest& request) {
  const bool is_given = std::any_of(given.begin(), given.end(), [&](const Given& entry) {
    return entry.target == mount.target && entry.type == mount.type;
  });
  if (is_given) return;
  if (mount.target == shm) {
    request.config.shm_size = shm_size(mount);
    return;
  }
  if (mount.type == "tmpfs") return request.config.tmpfs.push_back(read_tmpfs(mount));
  if (mount.type == "bind") return take_bind(mount, request);
  refuse(mount, "a guest cannot mount a " + base::printable(mount.type) + " there");
}

}  // namespace

void take_mounts(const base::Json& mounts, const std::string& bundle,
                 engine::DirectoryRequest& request) {
  for (const base::Json& mount : mounts) take_mount(read_mount(mount, bundle), request);
}

}  // namespace oci
