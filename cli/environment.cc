#include "cli/environment.h"

#include <fmt/core.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace cli {
namespace {

constexpr std::size_t max_file = 16u << 20;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view blanks = " \t";

// "NAME=VALUE" as it is, "NAME" with the value that we have.
std::optional<std::string> with_value(std::string_view variable) {
  if (variable.find('=') != std::string_view::npos) return std::string(variable);
  const std::string name(variable);
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return name + "=" + value;
}

struct LineReader {
  const std::string& file;
  std::string_view what;

  [[noreturn]] void refuse(const std::string& why) const {
    throw base::Error(base::ErrorKind::usage, fmt::format("poorly formatted {} file {}: {}", what,
                                                          base::printable(file), why));
  }

  // "" for a line without one. Only blanks before the name go; a value is taken as it stands,
  // quotes included.
  std::string_view read(std::string_view line) const {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t start = line.find_first_not_of(" \t\v\f\r");
    if (start == std::string_view::npos || line[start] == '#') return {};
    line.remove_prefix(start);
    const std::string_view name = line.substr(0, line.find('='));
    if (name.empty()) refuse(fmt::format("no variable name on line '{}'", base::printable(line)));
    if (name.find_first_of(blanks) != std::string_view::npos)
      refuse(fmt::format("variable '{}' contains whitespaces", base::printable(name)));
    return line;
  }
};

}  // namespace

std::optional<std::string> refused_variable(std::string_view text) {
  if (!text.empty() && text.front() != '=') return std::nullopt;
  return "invalid environment variable: " + base::printable(text);
}

std::vector<std::string> read_assignments(const std::string& path, std::string_view what) {
  const std::string content = base::read_file(path, max_file);
  std::string_view text = content;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const LineReader reader{path, what};
  std::vector<std::string> lines;
  for (const std::string& line : base::split(text, '\n'))
    if (const std::string_view found = reader.read(line); !found.empty()) lines.emplace_back(found);
  return lines;
}

std::vector<std::string> resolve_environment(const std::vector<std::string>& variables,
                                             const std::vector<std::string>& files) {
  std::vector<std::string> all;
  for (const std::string& file : files)
    for (const std::string& line : read_assignments(file, "environment"))
      if (auto resolved = with_value(line)) all.push_back(std::move(*resolved));
  for (const std::string& variable : variables)
    if (auto resolved = with_value(variable)) all.push_back(std::move(*resolved));
  return all;
}

void EnvironmentOptions::declare(Options& options) {
  options.add({.name = "env",
               .letter = 'e',
               .type = "list",
               .meaning = "Set a variable: NAME=VALUE, or NAME to pass ours on",
               .set = [this](std::string_view value) {
                 auto refusal = refused_variable(value);
                 if (!refusal) variables_.emplace_back(value);
                 return refusal;
               }});
  options.add_list(files_, "env-file", 0, "list", "Read variables from a file");
}

}  // namespace cli
