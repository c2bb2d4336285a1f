// What the host wants run: ContainerSpec and ProcessSpec of docs/guest-protocol.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "guest-init/protocol/messages.h"

namespace protocol {

using DiskId = std::array<std::uint8_t, 16>;

struct ContainerSpec {
  std::string hostname;
  std::uint32_t layers = 0;
  DiskId read_only_disk{};
  std::optional<DiskId> writable_disk;
  bool read_only_root = false;
  std::vector<std::string> hosts;
  std::uint64_t memory_limit = 0;  // bytes that the container may use, 0: all that the guest has
};
std::string encode(const ContainerSpec& spec);
// False for an unknown tag too; `why` is then a line for people.
bool decode(std::span<const std::byte> bytes, ContainerSpec& spec, std::string& why);

struct ProcessSpec {
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::string working_directory;
  std::string user;
  std::vector<std::string> groups;
  std::optional<WindowSize> terminal;
  bool standard_input = false;
  bool init = false;
};
std::string encode(const ProcessSpec& spec);
bool decode(std::span<const std::byte> bytes, ProcessSpec& spec, std::string& why);

}  // namespace protocol
