#include "guest-init/cgroup.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>

#include "guest-init/text.h"

namespace guest_init {
namespace {

constexpr std::size_t max_file = 4096;

// Lets the children of `group` use every controller that it has.
bool enable_controllers(const std::string& group) {
  std::string names;
  if (!read_file(group + "/cgroup.controllers", max_file, names)) return false;
  std::string_view rest = names;
  std::string_view line = cut(rest, '\n');
  while (!line.empty()) {
    const std::string wish = "+" + std::string(cut(line, ' '));
    // One that cannot be had is no reason to lose the others.
    if (!write_file(group + "/cgroup.subtree_control", wish) && errno == ENOENT) return false;
  }
  return true;
}

}  // namespace

bool mount_cgroups(const std::string& root, Failure& failure) {
  if (mount("cgroup2", root.c_str(), "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0 &&
      errno != EBUSY) {
    return fail(failure, FailureStage::mount, "mounting cgroup2 at " + root);
  }
  const std::string containers = containers_group(root);
  if (!enable_controllers(root) || !make_directories(containers) ||
      !enable_controllers(containers)) {
    return fail(failure, FailureStage::mount, "preparing the control groups");
  }
  return true;
}

bool Cgroup::create(const std::string& root, std::uint32_t slot,
                    const protocol::ContainerSpec& spec, Failure& failure) {
  path_ = containers_group(root) + "/" + std::to_string(slot);
  if (!make_directories(path_)) return fail(failure, FailureStage::other, "mkdir " + path_);
  if (!limit(spec, failure)) return false;
  directory_ = open_path(path_, O_RDONLY | O_DIRECTORY);
  return directory_ || fail(failure, FailureStage::other, "opening " + path_);
}

bool Cgroup::limit(const protocol::ContainerSpec& spec, Failure& failure) const {
  const std::string period = " 100000";  // microseconds
  const struct {
    const char* file;
    std::uint64_t value;
    std::string suffix;
    const char* what;
  } limits[] = {
      {"/memory.max", spec.memory_limit, "", "memory"},
      {"/cpu.max", spec.cpu_quota, period, "processor time"},
      {"/pids.max", spec.pids_limit, "", "number of processes"},
  };
  for (const auto& limit : limits) {
    if (limit.value != 0 &&
        !write_file(path_ + limit.file, std::to_string(limit.value) + limit.suffix)) {
      return fail(failure, FailureStage::other,
                  std::string("limiting the container's ") + limit.what);
    }
  }
  return true;
}

bool Cgroup::remove(Failure& failure) {
  if (!directory_) return true;
  directory_.reset();
  return rmdir(path_.c_str()) == 0 || errno == ENOENT ||
         fail(failure, FailureStage::other, "removing the control group");
}

bool Cgroup::freeze(bool frozen) const {
  return directory_ && write_file(path_ + "/cgroup.freeze", frozen ? "1" : "0");
}

void Cgroup::kill() const {
  if (directory_) write_file(path_ + "/cgroup.kill", "1");
}

std::uint64_t Cgroup::oom_kills() const {
  std::string events;
  if (!read_file(path_ + "/memory.events", max_file, events)) return 0;  // no such controller
  std::string_view rest = events;
  while (!rest.empty()) {
    std::string_view line = cut(rest, '\n');
    if (cut(line, ' ') == "oom_kill") return to_number<std::uint64_t>(line).value_or(0);
  }
  return 0;
}

}  // namespace guest_init
