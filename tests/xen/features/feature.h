// What a container needs of the guest's kernel, feature by feature. A check runs as root in a
// process of its own, in a guest that has /proc, /sys and /dev, and returns "" where the kernel
// does it, else what failed. It may leave behind what it likes: the guest ends soon.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace features {

struct Feature {
  const char* name;
  std::string (*check)();
};

// One list per source file.
std::span<const Feature> file_systems();
std::span<const Feature> namespaces();
std::span<const Feature> cgroups();
std::span<const Feature> system_calls();
std::span<const Feature> network();
std::span<const Feature> netfilter();
std::span<const Feature> shared_directories();
std::span<const Feature> xen_devices();

// "WHAT: " and the text of errno.
std::string failed(const std::string& what);

// Runs work in a child, which is ended after some seconds; what it returned, or how it died.
std::string in_child(const std::function<std::string()>& work);

// All "" where it worked.
std::string mount_at(const char* source, const std::string& target, const char* type,
                     unsigned long flags = 0, const char* options = nullptr);
// It may be mounted there already, by another feature's check.
std::string shared_mount_at(const char* source, const std::string& target, const char* type,
                            unsigned long flags = 0);
// Control groups, version 2, at `groups`.
constexpr const char* groups = "/groups";
std::string mount_groups();
std::string write_text(const std::string& path, const std::string& text);

// "" where it can't be read.
std::string read_text(const std::string& path);

}  // namespace features
