#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "tests/xen/features/feature.h"

namespace features {
namespace {

std::string identity(const char* name) {
  std::array<char, 64> target{};
  const std::string path = std::string("/proc/self/ns/") + name;
  if (readlink(path.c_str(), target.data(), target.size() - 1) < 0) return "";
  return target.data();
}

std::string leaves(int flag, const char* name) {
  const std::string before = identity(name);
  if (before.empty()) return failed(std::string("/proc/self/ns/") + name);
  if (unshare(flag) != 0) return failed("unshare");
  return identity(name) == before ? "it is the same as before" : "";
}

std::string mounts() { return leaves(CLONE_NEWNS, "mnt"); }
std::string host_name() { return leaves(CLONE_NEWUTS, "uts"); }
std::string ipc() { return leaves(CLONE_NEWIPC, "ipc"); }
std::string networks() { return leaves(CLONE_NEWNET, "net"); }
std::string control_groups() { return leaves(CLONE_NEWCGROUP, "cgroup"); }
std::string time() { return leaves(CLONE_NEWTIME, "time_for_children"); }

std::string processes() {
  if (unshare(CLONE_NEWPID) != 0) return failed("unshare");
  return in_child([]() -> std::string { return getpid() == 1 ? "" : "its first is not PID 1"; });
}

std::string users() {
  if (auto why = leaves(CLONE_NEWUSER, "user"); !why.empty()) return why;
  if (auto why = write_text("/proc/self/uid_map", "7 0 1\n"); !why.empty()) return why;
  return getuid() == 7 ? "" : "the map of users has no effect";
}

constexpr Feature all[] = {
    {"mount namespace", mounts},
    {"UTS namespace", host_name},
    {"IPC namespace", ipc},
    {"network namespace", networks},
    {"cgroup namespace", control_groups},
    {"time namespace", time},
    {"PID namespace", processes},
    {"user namespace", users},
};

}  // namespace

std::span<const Feature> namespaces() { return all; }

}  // namespace features
