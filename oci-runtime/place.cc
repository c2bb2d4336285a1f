#include "oci-runtime/place.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace oci {
namespace {

constexpr const char* cgroup_root = "/sys/fs/cgroup";
constexpr base::Milliseconds removal_limit{2'000};
constexpr auto moment = std::chrono::milliseconds(20);

bool has_cgroup2() {
  struct statfs there {};
  return statfs(cgroup_root, &there) == 0 && there.f_type == CGROUP2_SUPER_MAGIC;
}

// systemd.slice(5): "a-b.slice" lies in "a.slice".
std::string slice_place(std::string_view slice) {
  constexpr std::string_view suffix = ".slice";
  if (slice.ends_with(suffix)) slice.remove_suffix(suffix.size());
  std::string place;
  std::string name;
  for (const std::string& part : base::split(slice, '-')) {
    if (part.empty()) continue;
    name += (name.empty() ? "" : "-") + part;
    place += "/" + name + std::string(suffix);
  }
  return place;
}

}  // namespace

std::string cgroup_place(const std::string& cgroups_path) {
  const std::vector<std::string> parts = base::split(cgroups_path, ':');
  std::string place = cgroups_path;
  if (parts.size() == 3) {
    const std::string slice = slice_place(parts[0].empty() ? "system.slice" : parts[0]);
    place = slice + "/" + (parts[1].empty() ? "" : parts[1] + "-") + parts[2] + ".scope";
  }
  for (const std::string& name : base::split(place, '/'))
    if (name == "..")
      throw base::Error(base::ErrorKind::usage,
                        "linux.cgroupsPath: it leads out: " + base::printable(cgroups_path));
  return place.starts_with('/') ? place : "/" + place;
}

std::string join_cgroup(const std::string& cgroups_path) {
  if (cgroups_path.empty()) return {};
  std::string directory = cgroup_root + cgroup_place(cgroups_path);
  if (!has_cgroup2()) {
    base::log_debug("no cgroup v2 at {}: {} is not made", cgroup_root, directory);
    return {};
  }
  base::make_directories(directory);
  const base::UniqueFd members = base::open_file(directory + "/cgroup.procs", O_WRONLY);
  base::doing(directory, [&] { base::write_all(members.get(), std::to_string(getpid())); });
  return directory;
}

void remove_cgroup(const std::string& directory) {
  if (directory.empty()) return;
  const base::Deadline deadline = base::Deadline::after(removal_limit);
  while (rmdir(directory.c_str()) != 0) {
    if (errno != EBUSY || deadline.expired()) {
      if (errno != ENOENT) base::log_debug("{} stays: {}", directory, errno);
      return;
    }
    std::this_thread::sleep_for(moment);
  }
}

void join_network(const Placement& placement) {
  if (!placement.network.empty()) {
    const base::UniqueFd space = base::open_file(placement.network, O_RDONLY);
    if (setns(space.get(), CLONE_NEWNET) != 0) base::throw_errno("joining " + placement.network);
  } else if (placement.own_network && unshare(CLONE_NEWNET) != 0) {
    base::throw_errno("a network namespace of its own");
  }
}

}  // namespace oci
