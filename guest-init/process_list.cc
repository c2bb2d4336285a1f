#include "guest-init/process_list.h"

#include <dirent.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

#include "guest-init/fd.h"
#include "guest-init/text.h"

namespace guest_init {
namespace {

constexpr std::size_t longest_file = 1u << 20;
constexpr std::size_t longest_command = 4096;

// Fields of /proc/PID/stat after the name, proc(5)'s number less 3.
enum StatField {
  state,
  parent,
  group,
  session,
  terminal,
  user_ticks = 11,
  system_ticks,
  nice = 16,
  threads = 17,
  start_ticks = 19,
  virtual_bytes,
  resident_pages,
  field_count
};

struct Stat {
  std::string_view pid;
  std::string_view name;
  std::array<std::string_view, field_count> fields;
};

// The name may hold anything but NUL, ")" too: it ends at the last one.
bool parse_stat(std::string_view text, Stat& stat) {
  const std::size_t open = text.find(" (");
  const std::size_t close = text.rfind(") ");
  if (open == text.npos || close == text.npos || close < open + 2) return false;
  stat.pid = text.substr(0, open);
  stat.name = text.substr(open + 2, close - open - 2);
  std::string_view rest = text.substr(close + 2);
  for (std::string_view& field : stat.fields) field = cut(rest, ' ');
  return !stat.fields.back().empty();
}

long long number(std::string_view text) { return to_number<long long>(text).value_or(0); }

// The effective one: the second number behind "Uid:".
std::string_view uid_of(std::string_view status) {
  const std::size_t at = status.find("\nUid:\t");
  if (at == status.npos) return "0";
  status.remove_prefix(at + 6);
  std::string_view line = cut(status, '\n');
  cut(line, '\t');
  return cut(line, '\t');
}

std::string_view user_name(std::string_view passwd, std::string_view uid) {
  while (!passwd.empty()) {
    std::string_view line = cut(passwd, '\n');
    const std::string_view name = cut(line, ':');
    cut(line, ':');
    if (!name.empty() && cut(line, ':') == uid) return name;
  }
  return uid;
}

// One field of a line: what could end it becomes a question mark.
void append(std::string& line, std::string_view text) {
  for (const char byte : text) line += static_cast<unsigned char>(byte) < ' ' ? '?' : byte;
  line += '\t';
}

void append(std::string& line, long long value) { append(line, std::to_string(value)); }

std::string command_text(std::string_view command_line, std::string_view name) {
  while (command_line.ends_with('\0')) command_line.remove_suffix(1);
  std::string text(command_line.substr(0, longest_command));
  for (char& byte : text) {
    if (byte == '\0') byte = ' ';
  }
  return text.empty() ? "[" + std::string(name) + "]" : text;
}

long long clock_ms(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1'000'000;
}

std::string content(const std::string& path) {
  std::string text;
  read_file(path, longest_file, text);
  return text;
}

bool say(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string heading() {
  struct sysinfo info {};
  sysinfo(&info);
  return std::to_string(static_cast<unsigned long long>(info.totalram) * info.mem_unit) + "\n";
}

}  // namespace

std::string process_line(const ProcessTexts& texts) {
  Stat stat;
  if (!parse_stat(texts.stat, stat)) return {};
  const long long ticks = sysconf(_SC_CLK_TCK);
  const auto& fields = stat.fields;
  const std::string_view uid = uid_of(texts.status);
  std::string line;
  append(line, stat.pid);
  for (const StatField field : {parent, group, session}) append(line, fields[field]);
  append(line, uid);
  append(line, user_name(texts.passwd, uid));
  append(line, fields[terminal]);
  append(line, fields[state]);
  append(line, fields[nice]);
  append(line, fields[threads]);
  append(line, (number(fields[user_ticks]) + number(fields[system_ticks])) * 1000 / ticks);
  append(line, texts.now_ms - texts.up_ms + number(fields[start_ticks]) * 1000 / ticks);
  append(line, fields[virtual_bytes]);
  append(line, number(fields[resident_pages]) * sysconf(_SC_PAGESIZE));
  append(line, stat.name);
  append(line, command_text(texts.command_line, stat.name));
  line.back() = '\n';
  return line;
}

int print_processes() {
  DIR* directory = opendir("/proc");
  if (directory == nullptr || !say(heading())) return EXIT_FAILURE;
  const std::string passwd = content("/etc/passwd");
  const std::string own = std::to_string(getpid());
  while (const dirent* entry = readdir(directory)) {
    const std::string name = entry->d_name;
    if (!to_number<int>(name) || name == own) continue;
    const std::string path = "/proc/" + name;
    const std::string stat = content(path + "/stat");
    const std::string status = content(path + "/status");
    const std::string command = content(path + "/cmdline");
    if (!say(process_line({.stat = stat,
                           .status = status,
                           .command_line = command,
                           .passwd = passwd,
                           .now_ms = clock_ms(CLOCK_REALTIME),
                           .up_ms = clock_ms(CLOCK_BOOTTIME)}))) {
      return EXIT_FAILURE;
    }
  }
  closedir(directory);
  return EXIT_SUCCESS;
}

}  // namespace guest_init
