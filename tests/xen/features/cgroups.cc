// Version 2. Each check has a group of its own, and looks at what the limit does.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "tests/xen/features/feature.h"

namespace features {
namespace {

using Clock = std::chrono::steady_clock;

// Makes the group /groups/CONTROLLER with that controller.
std::string make_group(const std::string& controller) {
  if (auto why = mount_groups(); !why.empty()) return why;
  if (auto why = write_text(std::string(groups) + "/cgroup.subtree_control", "+" + controller);
      !why.empty()) {
    return why;
  }
  const std::string group = std::string(groups) + "/" + controller;
  return mkdir(group.c_str(), 0755) == 0 ? "" : failed("mkdir " + group);
}

std::string set(const std::string& name, const std::string& value) {
  const std::string controller = name.substr(0, name.find('.'));
  return write_text(std::string(groups) + "/" + controller + "/" + name, value);
}

std::string get(const std::string& name) {
  return read_text(std::string(groups) + "/" + name.substr(0, name.find('.')) + "/" + name);
}

std::string make_limited(const std::string& name, const std::string& value) {
  if (auto why = make_group(name.substr(0, name.find('.'))); !why.empty()) return why;
  return set(name, value);
}

std::string join(const std::string& controller) {
  return write_text(std::string(groups) + "/" + controller + "/cgroup.procs", "0");
}

std::string memory() {
  if (auto why = make_limited("memory.max", "8M"); !why.empty()) return why;
  std::string end = in_child([]() -> std::string {
    if (auto why = join("memory"); !why.empty()) return why;
    constexpr std::size_t size = 32 << 20;
    void* const bytes = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return bytes == MAP_FAILED ? failed("mmap") : "32 MiB could be had of 8";
  });
  if (end != "killed by signal 9") return end;
  return get("memory.events").find("oom_kill 1\n") != std::string::npos ? "" : "not counted";
}

std::string processors() {
  if (auto why = make_limited("cpu.max", "5000 50000"); !why.empty()) return why;
  if (auto why = join("cpu"); !why.empty()) return why;
  for (const auto end = Clock::now() + std::chrono::milliseconds(400); Clock::now() < end;) {
  }
  return get("cpu.stat").find("nr_throttled 0\n") == std::string::npos ? "" : "never throttled";
}

std::string number_of_processes() {
  if (auto why = make_limited("pids.max", "1"); !why.empty()) return why;
  if (auto why = join("pids"); !why.empty()) return why;
  const pid_t child = fork();
  if (child == 0) _exit(0);
  if (child > 0) return "a second process could be had of 1";
  return errno == EAGAIN ? "" : failed("fork");
}

std::string processor_sets() {
  if (auto why = make_limited("cpuset.cpus", "0"); !why.empty()) return why;
  if (auto why = join("cpuset"); !why.empty()) return why;
  return get("cpuset.cpus.effective") == "0\n" ? "" : "not in effect";
}

// Half a mebibyte at a mebibyte per second.
std::string input_and_output() {
  if (auto why = make_limited("io.max", "202:0 rbps=1048576"); !why.empty()) return why;
  if (auto why = join("io"); !why.empty()) return why;
  const int disk = open("/dev/xvda", O_RDONLY | O_DIRECT | O_CLOEXEC);
  if (disk < 0) return failed("open /dev/xvda");
  constexpr std::size_t size = 512 << 10;
  void* const buffer = std::aligned_alloc(4096, size);
  const auto begin = Clock::now();
  if (read(disk, buffer, size) != size) return failed("reading /dev/xvda");
  const auto took = Clock::now() - begin;
  return took >= std::chrono::milliseconds(300) ? "" : "the limit has no effect";
}

bool becomes(const std::string& state) {
  for (const auto end = Clock::now() + std::chrono::seconds(10); Clock::now() < end;) {
    if (read_text(std::string(groups) + "/freezer/cgroup.events").find(state) !=
        std::string::npos) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

std::string freezer() {
  if (auto why = mount_groups(); !why.empty()) return why;
  const std::string group = std::string(groups) + "/freezer";
  if (mkdir(group.c_str(), 0755) != 0) return failed("mkdir " + group);
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  if (auto why = write_text(group + "/cgroup.procs", std::to_string(child)); !why.empty())
    return why;
  if (auto why = write_text(group + "/cgroup.freeze", "1"); !why.empty()) return why;
  if (!becomes("frozen 1\n")) return "it does not freeze";
  if (auto why = write_text(group + "/cgroup.freeze", "0"); !why.empty()) return why;
  if (!becomes("frozen 0\n")) return "it does not thaw";
  return kill(child, SIGKILL) == 0 ? "" : failed("kill");
}

constexpr Feature all[] = {
    {"cgroup memory", memory},
    {"cgroup cpu", processors},
    {"cgroup pids", number_of_processes},
    {"cgroup cpuset", processor_sets},
    {"cgroup io", input_and_output},
    {"cgroup freezer", freezer},
};

}  // namespace

std::span<const Feature> cgroups() { return all; }

}  // namespace features
