#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/signals.h"
#include "base/text.h"
#include "cli/wording.h"
#include "frontends/changes.h"

namespace frontends {
namespace {

constexpr int largest_port = 65535;

// One change: as it was typed, and what it sets.
struct Change {
  std::string_view text;
  std::string value;

  [[noreturn]] void refuse(const std::string& why) const {
    throw base::Error(base::ErrorKind::usage,
                      "invalid change " + cli::go_quoted(text) + " - " + why);
  }
};

std::string unquoted(std::string text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// An array, or nothing where it is none or not of texts.
std::optional<std::vector<std::string>> words_of(const Change& change) {
  try {
    return json_words(change.value);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

void set_user(image::ImportSpec& spec, const Change& change) {
  if (change.value.empty()) change.refuse("must provide a value to USER");
  spec.config.user = change.value;
}

void add_port(image::ImportSpec& spec, const Change& change) {
  const std::vector<std::string> parts = base::split(change.value, '/');
  if (parts.size() > 2) change.refuse("EXPOSE port must be formatted as PORT[/PROTO]");
  const auto port = base::parse_number<int>(parts[0]);
  if (!port) change.refuse("EXPOSE port must be an integer");
  if (*port <= 0 || *port > largest_port) change.refuse("EXPOSE port must be a valid port number");
  const std::string protocol = parts.size() > 1 ? base::lower(parts[1]) : "tcp";
  if (protocol != "tcp" && protocol != "udp") change.refuse("EXPOSE protocol must be TCP or UDP");
  add_to_set(spec.config.exposed_ports, std::to_string(*port) + "/" + protocol);
}

void add_variable(image::ImportSpec& spec, const Change& change) {
  const std::size_t equals = change.value.find('=');
  const std::string name = change.value.substr(0, equals);
  if (name.empty()) change.refuse("ENV must have at least one argument");
  const std::string value = equals == std::string::npos ? "" : change.value.substr(equals + 1);
  spec.config.env.push_back(unquoted(name) + "=" + unquoted(value));
}

void set_entrypoint(image::ImportSpec& spec, const Change& change) {
  const auto words = words_of(change);
  if (!words && change.value.empty()) return spec.config.entrypoint.clear();
  spec.config.entrypoint = words ? *words : shell_command(change.value);
}

void set_command(image::ImportSpec& spec, const Change& change) {
  const auto words = words_of(change);
  spec.config.cmd = words ? *words : shell_command(change.value);
}

void add_volumes(image::ImportSpec& spec, const Change& change) {
  const auto words = words_of(change);
  const std::vector<std::string> volumes = words ? *words : base::split(change.value, ' ');
  if (volumes.empty()) change.refuse("must provide at least one argument to VOLUME");
  for (const std::string& volume : volumes) {
    if (volume.empty()) change.refuse("VOLUME paths must not be empty");
    add_to_set(spec.config.volumes, volume);
  }
}

void set_directory(image::ImportSpec& spec, const Change& change) {
  if (change.value.empty()) change.refuse("must provide a non-empty WORKDIR");
  std::string& directory = spec.config.working_dir;
  const std::string joined = directory.empty() ? change.value : directory + "/" + change.value;
  directory = std::filesystem::path(joined).lexically_normal().string();
  if (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
}

void add_label(image::ImportSpec& spec, const Change& change) {
  const std::size_t equals = change.value.find('=');
  if (equals == std::string::npos) change.refuse("LABEL must be formatted key=value");
  const std::string name = unquoted(change.value.substr(0, equals));
  if (name.empty()) change.refuse("LABEL must have a non-empty key");
  spec.config.labels[name] = unquoted(change.value.substr(equals + 1));
}

void set_stop_signal(image::ImportSpec& spec, const Change& change) {
  const auto signal = base::parse_signal(change.value);
  if (!signal) change.refuse("KILLSIGNAL must be given a valid signal");
  spec.config.stop_signal = std::to_string(*signal);
}

void add_trigger(image::ImportSpec& spec, const Change& change) {
  if (change.value.empty()) change.refuse("ONBUILD must be given an argument");
  spec.on_build.push_back(change.value);
}

struct Instruction {
  std::string_view name;
  void (*apply)(image::ImportSpec& spec, const Change& change);
};
constexpr Instruction instructions[] = {
    {"user", set_user},
    {"expose", add_port},
    {"env", add_variable},
    {"entrypoint", set_entrypoint},
    {"cmd", set_command},
    {"volume", add_volumes},
    {"workdir", set_directory},
    {"label", add_label},
    {"stopsignal", set_stop_signal},
    {"onbuild", add_trigger},
};

void apply(image::ImportSpec& spec, const std::string& text) {
  Change change{.text = text, .value = {}};
  std::size_t end = text.find(' ');
  if (end == std::string::npos) end = text.find('=');
  if (end == std::string::npos) change.refuse("must be formatted as KEY VALUE");
  change.value = base::trim(std::string_view(text).substr(end + 1));
  const std::string key(base::trim(text.substr(0, end)));
  for (const Instruction& instruction : instructions)
    if (instruction.name == base::lower(key)) return instruction.apply(spec, change);
  change.refuse("invalid instruction " + base::printable(key));
}

}  // namespace

image::ImportSpec podman_changes(const std::vector<std::string>& changes) {
  image::ImportSpec spec;
  for (const std::string& text : changes) apply(spec, text);
  return spec;
}

}  // namespace frontends
