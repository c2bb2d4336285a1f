// Writing the user's settings: a line of his file is his, but for the one that is meant.
#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/setting_keys.h"

namespace engine {
namespace {

constexpr std::size_t longest_file = 256u << 10;

const SettingKey& key_named(std::string_view name) {
  const SettingKey* key = find_setting(name);
  if (key == nullptr)
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("no such setting: {}", base::printable(name)));
  return *key;
}

bool sets(std::string_view line, const SettingKey& key) {
  const std::string_view name = base::trim(line.substr(0, line.find('=')));
  return line.find('=') != std::string_view::npos && (name == key.name || name == key.environment);
}

std::vector<std::string> lines_of(const std::string& path) {
  const std::string text = base::try_read_file(path, longest_file).value_or("");
  std::vector<std::string> lines = base::split(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

void write_lines(const std::string& path, const std::vector<std::string>& lines) {
  base::make_directories(path.substr(0, path.rfind('/')), 0700);
  base::replace_file(path, lines.empty() ? "" : base::join(lines, "\n") + "\n", 0644);
}

}  // namespace

void write_setting(std::string_view program, std::string_view name, std::string_view value) {
  const SettingKey& key = key_named(name);
  Settings trial;
  const bool one_line = value.find_first_of("\n\r") == std::string_view::npos;
  if (!one_line || !key.set(trial, value))
    throw base::Error(base::ErrorKind::usage, fmt::format("{} cannot be \"{}\" ({})", key.name,
                                                          base::printable(value), key.meaning));
  const std::string path = user_settings_path(program);
  std::vector<std::string> lines = lines_of(path);
  std::erase_if(lines, [&](const std::string& line) { return sets(line, key); });
  lines.push_back(fmt::format("{}={}", key.name, value));
  write_lines(path, lines);
}

bool remove_setting(std::string_view program, std::string_view name) {
  const SettingKey& key = key_named(name);
  const std::string path = user_settings_path(program);
  std::vector<std::string> lines = lines_of(path);
  const auto removed =
      std::erase_if(lines, [&](const std::string& line) { return sets(line, key); });
  if (removed > 0) write_lines(path, lines);
  return removed > 0;
}

}  // namespace engine
