#include "engine/processes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace engine {
namespace {

constexpr std::size_t most_processes = 65'536;
constexpr std::size_t longest_text = 4096;

// What a field of a line is for.
struct Field {
  std::int64_t ProcessInfo::*number = nullptr;
  std::string ProcessInfo::*text = nullptr;
  void (*take)(ProcessInfo& process, std::int64_t value) = nullptr;
};

[[noreturn]] void corrupt() {
  throw base::Error(base::ErrorKind::corrupt, "the guest's list of processes is damaged");
}

void take_cpu(ProcessInfo& process, std::int64_t value) { process.cpu = base::Milliseconds(value); }

// The clock counts nanoseconds in 64 bits, which end in the year 2262.
void take_started(ProcessInfo& process, std::int64_t value) {
  constexpr std::int64_t latest = std::int64_t{1} << 42;  // ms: in the year 2109
  if (value < 0 || value > latest) corrupt();
  process.started = base::WallTime(base::Milliseconds(value));
}

constexpr std::array fields = {
    Field{.number = &ProcessInfo::pid},
    Field{.number = &ProcessInfo::parent},
    Field{.number = &ProcessInfo::group},
    Field{.number = &ProcessInfo::session},
    Field{.number = &ProcessInfo::uid},
    Field{.text = &ProcessInfo::user},
    Field{.number = &ProcessInfo::terminal},
    Field{.text = &ProcessInfo::state},
    Field{.number = &ProcessInfo::nice},
    Field{.number = &ProcessInfo::threads},
    Field{.take = take_cpu},
    Field{.take = take_started},
    Field{.number = &ProcessInfo::virtual_bytes},
    Field{.number = &ProcessInfo::resident_bytes},
    Field{.text = &ProcessInfo::name},
    Field{.text = &ProcessInfo::command},
};

// Beyond what any clock or memory has, so that sums of them cannot overflow.
std::int64_t number_of(std::string_view text) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  const auto value = base::parse_number<std::int64_t>(text);
  if (!value || *value > most || *value < -most) corrupt();
  return *value;
}

ProcessInfo parse_line(const std::vector<std::string>& cells) {
  if (cells.size() != fields.size()) corrupt();
  ProcessInfo process;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    if (field.text != nullptr)
      process.*field.text = base::printable(cells[i], longest_text);
    else if (field.number != nullptr)
      process.*field.number = number_of(cells[i]);
    else
      field.take(process, number_of(cells[i]));
  }
  return process;
}

}  // namespace

ProcessList parse_processes(std::string_view text) {
  if (!text.ends_with('\n')) corrupt();
  text.remove_suffix(1);
  const std::vector<std::string> lines = base::split(text, '\n');
  if (lines.size() > most_processes) corrupt();
  ProcessList list{.memory = number_of(lines.front()), .processes = {}};
  for (auto line = lines.begin() + 1; line != lines.end(); ++line)
    list.processes.push_back(parse_line(base::split(*line, '\t')));
  std::sort(list.processes.begin(), list.processes.end(),
            [](const ProcessInfo& a, const ProcessInfo& b) { return a.pid < b.pid; });
  return list;
}

}  // namespace engine
