#include "engine/control.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "engine/monitor_process.h"

namespace engine {
namespace {

constexpr std::string_view version = "1";
constexpr std::size_t longest_line = 64;

template <typename Type>
struct Word {
  Type type;
  std::string_view text;
  bool numbered;
};

constexpr std::array orders = {
    Word<ControlOrder::Type>{ControlOrder::Type::start, "start", false},
    Word<ControlOrder::Type>{ControlOrder::Type::signal, "signal", true},
    Word<ControlOrder::Type>{ControlOrder::Type::pause, "pause", false},
    Word<ControlOrder::Type>{ControlOrder::Type::unpause, "unpause", false},
    Word<ControlOrder::Type>{ControlOrder::Type::rename, "rename", false},
    Word<ControlOrder::Type>{ControlOrder::Type::retire, "retire", false},
    Word<ControlOrder::Type>{ControlOrder::Type::end, "end", false},
    Word<ControlOrder::Type>{ControlOrder::Type::wait, "wait", false},
};

constexpr std::array answers = {
    Word<ControlAnswer::Type>{ControlAnswer::Type::ok, "ok", false},
    Word<ControlAnswer::Type>{ControlAnswer::Type::idle, "idle", false},
    Word<ControlAnswer::Type>{ControlAnswer::Type::unknown, "unknown", false},
    Word<ControlAnswer::Type>{ControlAnswer::Type::exited, "exited", true},
};

template <typename Value, typename Words>
std::string encoded(const Value& value, const Words& words) {
  const auto word = std::find_if(words.begin(), words.end(),
                                 [&](const auto& entry) { return entry.type == value.type; });
  return word->numbered ? fmt::format("{} {} {}\n", version, word->text, value.number)
                        : fmt::format("{} {}\n", version, word->text);
}

template <typename Value, typename Words>
std::optional<Value> decoded(std::string_view line, const Words& words) {
  const std::vector<std::string> parts = base::split(line, ' ');
  if (parts.size() < 2 || parts[0] != version) return std::nullopt;
  for (const auto& word : words) {
    if (parts[1] != word.text || parts.size() != (word.numbered ? 3u : 2u)) continue;
    Value value{.type = word.type};
    const auto number = base::parse_number<int>(parts.back());
    if (word.numbered && !number) return std::nullopt;
    if (word.numbered) value.number = *number;
    return value;
  }
  return std::nullopt;
}

// nullopt: none that is whole before the deadline, or the other side's end.
std::optional<std::string> receive_line(int fd, const base::Deadline& deadline) {
  std::string line;
  while (line.size() < longest_line && base::wait_readable(fd, deadline)) {
    char byte = 0;
    const ssize_t size = recv(fd, &byte, 1, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    if (byte == '\n') return line;
    line += byte;
  }
  return std::nullopt;
}

}  // namespace

std::string encode(const ControlOrder& order) { return encoded(order, orders); }
std::string encode(const ControlAnswer& answer) { return encoded(answer, answers); }

std::optional<ControlOrder> decode_control_order(std::string_view line) {
  return decoded<ControlOrder>(line, orders);
}
std::optional<ControlAnswer> decode_control_answer(std::string_view line) {
  return decoded<ControlAnswer>(line, answers);
}

bool send_line(int fd, std::string_view line) {
  return send(fd, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size());
}

std::optional<ControlOrder> receive_control(int fd, const base::Deadline& deadline) {
  const auto line = receive_line(fd, deadline);
  if (!line) return std::nullopt;
  auto order = decode_control_order(*line);
  if (!order) send_line(fd, encode(ControlAnswer{}));
  return order;
}

base::UniqueFd order_start(const std::string& path) {
  base::UniqueFd monitor = connect_monitor(path);
  if (monitor && !send_line(monitor.get(), encode(ControlOrder{ControlOrder::Type::start})))
    monitor.reset();
  return monitor;
}

std::optional<ControlAnswer> give_order(const std::string& path, const ControlOrder& order,
                                        const base::Deadline& deadline) {
  const base::UniqueFd monitor = connect_monitor(path);
  if (!monitor || !send_line(monitor.get(), encode(order))) return std::nullopt;
  const auto line = receive_line(monitor.get(), deadline);
  if (!line && deadline.expired())
    throw base::Error(base::ErrorKind::unavailable, "the container's monitor does not answer");
  return line ? decode_control_answer(*line) : std::nullopt;
}

}  // namespace engine
