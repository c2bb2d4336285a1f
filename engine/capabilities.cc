#include "engine/capabilities.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "guest-init/protocol/spec.h"

namespace engine {
namespace {

constexpr std::string_view all = "ALL";
constexpr std::string_view prefix = "CAP_";

// By number (linux/capability.h), without their prefix.
constexpr std::string_view names[] = {
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
};

std::optional<std::uint64_t> bit_of(std::string_view name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  const auto* found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) return std::nullopt;
  return std::uint64_t{1} << (found - std::begin(names));
}

bool has_all(const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), all) != list.end();
}

std::uint64_t set_of(const std::vector<std::string>& list) {
  std::uint64_t set = 0;
  for (const std::string& name : list) set |= bit_of(name).value_or(0);
  return set;
}

}  // namespace

std::string capability_name(std::string_view text) {
  std::string name(text);
  for (char& c : name)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (name == all) return name;
  if (!name.starts_with(prefix)) name.insert(0, prefix);
  if (!bit_of(name))
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("unknown capability: \"{}\"", base::printable(name)));
  return name;
}

std::uint64_t all_capabilities() { return (std::uint64_t{1} << std::size(names)) - 1; }

std::uint64_t capability_set(const std::vector<std::string>& added,
                             const std::vector<std::string>& dropped) {
  if (has_all(added)) return all_capabilities() & ~set_of(dropped);
  if (has_all(dropped)) return set_of(added);
  return (protocol::docker_capabilities & ~set_of(dropped)) | set_of(added);
}

bool holds(std::uint64_t set, std::string_view name) {
  return (set & bit_of(name).value_or(0)) != 0;
}

}  // namespace engine
