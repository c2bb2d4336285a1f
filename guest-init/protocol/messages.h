// The payloads of docs/guest-protocol.md as values. Each decode_* returns false where the bytes are
// not exactly such a message; the value is then unspecified. Sizes are bounded by max_payload.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "guest-init/protocol/frame.h"

namespace protocol {

struct Hello {
  std::uint16_t lowest = lowest_version;
  std::uint16_t highest = highest_version;
  std::uint64_t features = 0;
  std::uint64_t epoch = 0;
  std::uint32_t largest_payload = max_payload;
  std::uint32_t slot = 0;
  std::uint64_t exec_ns = 0;
  std::uint64_t hello_ns = 0;
};
std::string encode(const Hello& hello);
// Bytes behind the fields are a later version's, and ignored.
bool decode(std::span<const std::byte> payload, Hello& hello);
// The version in force, 0 where none is common.
std::uint16_t common_version(const Hello& ours, const Hello& theirs);

struct Position {
  std::uint32_t process = 0;
  std::uint8_t stream = 0;
  std::uint64_t position = 0;
};
std::string encode(const std::vector<Position>& positions);
bool decode(std::span<const std::byte> payload, std::vector<Position>& positions);

enum class ContainerState : std::uint8_t { none = 0, ready = 1, failed = 2 };
enum class ProcessState : std::uint8_t { running = 1, exited = 2 };

struct ProcessEntry {
  std::uint32_t process = 0;
  ProcessState state = ProcessState::running;
  std::uint8_t open = 0;  // bit per stream
  std::array<std::uint64_t, stream_count> position{};
};
struct State {
  ContainerState container = ContainerState::none;
  std::vector<ProcessEntry> processes;
};
std::string encode(const State& state);
bool decode(std::span<const std::byte> payload, State& state);

enum class FailureStage : std::uint32_t {
  spec = 1,
  disk = 2,
  mount = 3,
  user = 4,
  working_directory = 5,
  exec = 6,
  other = 7,
};
struct Failure {
  FailureStage stage = FailureStage::other;
  std::int32_t error_number = 0;
  std::string text;  // at most 1,024 bytes
};
std::string encode(const Failure& failure);
bool decode(std::span<const std::byte> payload, Failure& failure);

struct StreamSum {
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;
  bool operator==(const StreamSum&) const = default;
};
struct ExitRecord {
  bool signalled = false;
  bool oom = false;
  std::uint32_t value = 0;  // exit code, or signal number: at most 255
  std::uint64_t started_ns = 0;
  std::uint64_t finished_ns = 0;
  std::array<StreamSum, stream_count> streams{};
};
std::string encode(const ExitRecord& record);
bool decode(std::span<const std::byte> payload, ExitRecord& record);

struct Timing {
  std::string name;  // at most 15 bytes, printable ASCII without blanks
  std::uint64_t ns = 0;
};
std::string encode(const std::vector<Timing>& timings);
bool decode(std::span<const std::byte> payload, std::vector<Timing>& timings);

// Of a guest as a whole.
struct GuestInfo {
  std::uint32_t containers = 0;        // slots with one
  std::uint32_t slots = 0;             // in all
  std::uint64_t memory_total = 0;      // bytes
  std::uint64_t memory_available = 0;  // bytes, as /proc/meminfo has it
  std::uint64_t up_ns = 0;             // since the kernel began
  std::uint64_t idle_left_ns = never;  // until it ends by itself
  std::vector<Timing> timings;         // of its boot, by step

  static constexpr std::uint64_t never = ~std::uint64_t{0};
};
std::string encode(const GuestInfo& info);
bool decode(std::span<const std::byte> payload, GuestInfo& info);

struct Attach {
  std::uint32_t process = 0;
  std::uint8_t streams = 0;  // bit per stream
  bool resume = false;
  bool owner = false;  // the process was started for this client
  std::array<std::uint64_t, stream_count> position{};
};
std::string encode(const Attach& attach);
bool decode(std::span<const std::byte> payload, Attach& attach);

struct WindowSize {
  std::uint16_t rows = 0;
  std::uint16_t columns = 0;
};
std::string encode(const WindowSize& size);
bool decode(std::span<const std::byte> payload, WindowSize& size);

// The one byte of FREEZE, FROZEN and SHUTDOWN_DONE.
std::string encode_flag(bool value);
bool decode_flag(std::span<const std::byte> payload, bool& value);

enum class LogLevel : std::uint8_t { error = 0, warning = 1, debug = 2 };
struct LogLine {
  LogLevel level = LogLevel::error;
  std::string text;  // at most 255 bytes
};
std::string encode(const LogLine& line);
bool decode(std::span<const std::byte> payload, LogLine& line);

}  // namespace protocol
