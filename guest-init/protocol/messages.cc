#include "guest-init/protocol/messages.h"

#include <algorithm>

namespace protocol {
namespace {

constexpr std::size_t timing_name_size = 16;
constexpr std::size_t max_failure_text = 1024;
constexpr std::size_t max_log_text = 255;
constexpr std::uint8_t all_streams = (1u << stream_count) - 1;

// Filler: must be zero.
bool padding(Reader& reader, std::size_t size) {
  const auto bytes = reader.take(size);
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

void append_positions(std::string& out, const std::array<std::uint64_t, stream_count>& positions) {
  for (const std::uint64_t position : positions) append_u64(out, position);
}

void read_positions(Reader& reader, std::array<std::uint64_t, stream_count>& positions) {
  for (std::uint64_t& position : positions) position = reader.u64();
}

bool flag(Reader& reader, bool& value) {
  const std::uint8_t byte = reader.u8();
  value = byte == 1;
  return byte <= 1;
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

std::string encode(const Hello& hello) {
  std::string out;
  append_u32(out, magic);
  append_u16(out, hello.lowest);
  append_u16(out, hello.highest);
  append_u64(out, hello.features);
  append_u64(out, hello.epoch);
  append_u32(out, hello.largest_payload);
  append_u32(out, hello.slot);
  append_u64(out, hello.exec_ns);
  append_u64(out, hello.hello_ns);
  return out;
}

bool decode(std::span<const std::byte> payload, Hello& hello) {
  Reader reader(payload);
  const bool ours = reader.u32() == magic;
  hello.lowest = reader.u16();
  hello.highest = reader.u16();
  hello.features = reader.u64();
  hello.epoch = reader.u64();
  hello.largest_payload = reader.u32();
  hello.slot = reader.u32();
  hello.exec_ns = reader.u64();
  hello.hello_ns = reader.u64();
  return ours && reader.ok() && hello.lowest <= hello.highest;
}

std::uint16_t common_version(const Hello& ours, const Hello& theirs) {
  const std::uint16_t highest = std::min(ours.highest, theirs.highest);
  return highest >= std::max(ours.lowest, theirs.lowest) ? highest : std::uint16_t{0};
}

std::string encode(const std::vector<Position>& positions) {
  std::string out;
  for (const Position& position : positions) {
    append_u32(out, position.process);
    append_u32(out, position.stream);  // u8 and three zeros
    append_u64(out, position.position);
  }
  return out;
}

bool decode(std::span<const std::byte> payload, std::vector<Position>& positions) {
  Reader reader(payload);
  bool valid = true;
  positions.clear();
  while (valid && reader.left() > 0) {
    Position& position = positions.emplace_back();
    position.process = reader.u32();
    position.stream = reader.u8();
    valid = padding(reader, 3) && position.stream < stream_count;
    position.position = reader.u64();
    valid = valid && reader.ok();
  }
  return valid;
}

std::string encode(const State& state) {
  std::string out;
  append_u32(out, static_cast<std::uint32_t>(state.container));  // u8 and three zeros
  append_u32(out, static_cast<std::uint32_t>(state.processes.size()));
  for (const ProcessEntry& entry : state.processes) {
    append_u32(out, entry.process);
    append_u16(out, static_cast<std::uint16_t>(static_cast<unsigned>(entry.state) |
                                               static_cast<unsigned>(entry.open) << 8));
    append_u16(out, 0);
    append_positions(out, entry.position);
  }
  return out;
}

bool decode(std::span<const std::byte> payload, State& state) {
  Reader reader(payload);
  const std::uint8_t container = reader.u8();
  bool valid = container <= static_cast<std::uint8_t>(ContainerState::failed) && padding(reader, 3);
  state.container = static_cast<ContainerState>(container);
  const std::uint32_t count = reader.u32();
  state.processes.clear();
  for (std::uint32_t i = 0; i < count && valid; ++i) {
    ProcessEntry& entry = state.processes.emplace_back();
    entry.process = reader.u32();
    const std::uint8_t process_state = reader.u8();
    entry.state = static_cast<ProcessState>(process_state);
    entry.open = reader.u8();
    valid = (process_state == 1 || process_state == 2) && entry.open <= all_streams &&
            padding(reader, 2);
    read_positions(reader, entry.position);
    valid = valid && reader.ok();
  }
  return valid && reader.finished();
}

std::string encode(const Failure& failure) {
  std::string out;
  append_u32(out, static_cast<std::uint32_t>(failure.stage));
  append_u32(out, static_cast<std::uint32_t>(failure.error_number));
  out.append(failure.text, 0, max_failure_text);
  return out;
}

bool decode(std::span<const std::byte> payload, Failure& failure) {
  Reader reader(payload);
  const std::uint32_t stage = reader.u32();
  failure.stage = static_cast<FailureStage>(stage);
  failure.error_number = static_cast<std::int32_t>(reader.u32());
  if (stage < static_cast<std::uint32_t>(FailureStage::spec) ||
      stage > static_cast<std::uint32_t>(FailureStage::other) || reader.left() > max_failure_text) {
    return false;
  }
  failure.text = reader.text(reader.left());
  return reader.finished();
}

std::string encode(const ExitRecord& record) {
  std::string out;
  append_u32(out, (record.signalled ? 1u : 0u) | (record.oom ? 0x100u : 0u));  // two u8, two zeros
  append_u32(out, record.value);
  append_u64(out, record.started_ns);
  append_u64(out, record.finished_ns);
  for (const StreamSum& sum : record.streams) {
    append_u64(out, sum.bytes);
    append_u32(out, sum.crc);
    append_u32(out, 0);
  }
  return out;
}

bool decode(std::span<const std::byte> payload, ExitRecord& record) {
  Reader reader(payload);
  bool valid = flag(reader, record.signalled) && flag(reader, record.oom) && padding(reader, 2);
  record.value = reader.u32();
  record.started_ns = reader.u64();
  record.finished_ns = reader.u64();
  for (StreamSum& sum : record.streams) {
    sum.bytes = reader.u64();
    sum.crc = reader.u32();
    valid = padding(reader, 4) && valid;
  }
  return valid && record.value <= 255 && reader.finished();
}

std::string encode(const std::vector<Timing>& timings) {
  std::string out;
  for (const Timing& timing : timings) {
    const std::size_t length = std::min(timing.name.size(), timing_name_size - 1);
    out.append(timing.name, 0, length);
    out.append(timing_name_size - length, '\0');
    append_u64(out, timing.ns);
  }
  return out;
}

bool decode(std::span<const std::byte> payload, std::vector<Timing>& timings) {
  Reader reader(payload);
  timings.clear();
  while (reader.ok() && reader.left() > 0) {
    const std::string_view field = reader.text(timing_name_size);
    const std::size_t length = std::min(field.find('\0'), field.size());
    const std::string_view rest = field.substr(length);
    Timing& timing = timings.emplace_back();
    timing.name = field.substr(0, length);
    timing.ns = reader.u64();
    if (rest.empty() || rest.find_first_not_of('\0') != rest.npos || !printable(timing.name)) {
      return false;
    }
  }
  return reader.finished();
}

std::string encode(const Attach& attach) {
  std::string out;
  append_u32(out, attach.process);
  // Three u8 and a zero.
  append_u32(out, attach.streams | (attach.resume ? 0x100u : 0u) | (attach.owner ? 0x10000u : 0u));
  append_positions(out, attach.position);
  return out;
}

bool decode(std::span<const std::byte> payload, Attach& attach) {
  Reader reader(payload);
  attach.process = reader.u32();
  attach.streams = reader.u8();
  const bool valid = attach.streams <= all_streams && flag(reader, attach.resume) &&
                     flag(reader, attach.owner) && padding(reader, 1);
  read_positions(reader, attach.position);
  return valid && reader.finished();
}

std::string encode(const WindowSize& size) {
  std::string out;
  append_u16(out, size.rows);
  append_u16(out, size.columns);
  return out;
}

bool decode(std::span<const std::byte> payload, WindowSize& size) {
  Reader reader(payload);
  size.rows = reader.u16();
  size.columns = reader.u16();
  return reader.finished();
}

std::string encode_flag(bool value) { return {value ? '\1' : '\0'}; }

bool decode_flag(std::span<const std::byte> payload, bool& value) {
  Reader reader(payload);
  return flag(reader, value) && reader.finished();
}

std::string encode(const GuestInfo& info) {
  std::string out;
  append_u32(out, info.containers);
  append_u32(out, info.slots);
  append_u64(out, info.memory_total);
  append_u64(out, info.memory_available);
  append_u64(out, info.up_ns);
  append_u64(out, info.idle_left_ns);
  return out + encode(info.timings);
}

bool decode(std::span<const std::byte> payload, GuestInfo& info) {
  Reader reader(payload);
  info.containers = reader.u32();
  info.slots = reader.u32();
  info.memory_total = reader.u64();
  info.memory_available = reader.u64();
  info.up_ns = reader.u64();
  info.idle_left_ns = reader.u64();
  return reader.ok() && decode(reader.take(reader.left()), info.timings);
}

std::string encode(const LogLine& line) {
  std::string out(1, static_cast<char>(line.level));
  out.append(line.text, 0, max_log_text);
  return out;
}

bool decode(std::span<const std::byte> payload, LogLine& line) {
  Reader reader(payload);
  const std::uint8_t level = reader.u8();
  line.level = static_cast<LogLevel>(level);
  if (level > static_cast<std::uint8_t>(LogLevel::debug) || reader.left() > max_log_text) {
    return false;
  }
  line.text = reader.text(reader.left());
  return reader.finished();
}

}  // namespace protocol
