#include "engine/launch.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/fd.h"
#include "base/text.h"

namespace engine {
namespace {

constexpr std::size_t max_line = 4096;

constexpr std::array<std::pair<LaunchEvent::Type, std::string_view>, 8> names = {{
    {LaunchEvent::Type::held, "held"},
    {LaunchEvent::Type::step, "step"},
    {LaunchEvent::Type::counts, "counts"},
    {LaunchEvent::Type::started, "started"},
    {LaunchEvent::Type::failure, "failure"},
    {LaunchEvent::Type::error, "error"},
    {LaunchEvent::Type::exited, "exited"},
    {LaunchEvent::Type::done, "done"},
}};

// A line break within a text travels as one control character that no message contains.
constexpr char line_break = '\x1f';

std::string_view cut_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

}  // namespace

std::string encode(const LaunchEvent& event) {
  const auto* name = std::find_if(names.begin(), names.end(),
                                  [&](const auto& entry) { return entry.first == event.type; });
  std::string text = event.text.substr(0, max_line - 128);
  std::replace(text.begin(), text.end(), '\n', line_break);
  return fmt::format("{} {} {} {}\n", name->second, event.number, event.second, text);
}

std::optional<LaunchEvent> decode_launch_event(std::string_view line) {
  const std::string_view word = cut_word(line);
  const auto* name = std::find_if(names.begin(), names.end(),
                                  [&](const auto& entry) { return entry.second == word; });
  const auto number = base::parse_number<std::int64_t>(cut_word(line));
  const auto second = base::parse_number<std::int64_t>(cut_word(line));
  if (name == names.end() || !number || !second) return std::nullopt;
  LaunchEvent event{name->first, *number, *second, std::string(line)};
  std::replace(event.text.begin(), event.text.end(), line_break, '\n');
  return event;
}

std::vector<LaunchEvent> LaunchReader::feed(std::string_view piece) {
  rest_ += piece;
  std::vector<LaunchEvent> events;
  std::size_t start = 0;
  for (std::size_t end = 0; (end = rest_.find('\n', start)) != std::string::npos; start = end + 1)
    if (auto event = decode_launch_event(std::string_view(rest_).substr(start, end - start)))
      events.push_back(std::move(*event));
  rest_.erase(0, start);
  if (rest_.size() > max_line) rest_.clear();
  return events;
}

LaunchReader::End LaunchReader::read(int socket, const base::Deadline& deadline,
                                     const std::function<bool(const LaunchEvent&)>& take) {
  std::array<char, 4096> buffer{};
  while (base::wait_readable(socket, deadline)) {
    const ssize_t size = ::read(socket, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return End::closed;
    for (const LaunchEvent& event : feed({buffer.data(), static_cast<std::size_t>(size)}))
      if (take(event)) return End::taken;
  }
  return End::late;
}

}  // namespace engine
