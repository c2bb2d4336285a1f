#include "oci-runtime/runtime.h"

#include <fmt/core.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/text.h"
#include "oci-runtime/bundle.h"
#include "oci-runtime/command_check.h"
#include "oci-runtime/console.h"
#include "oci-runtime/place.h"

namespace oci {
namespace {

constexpr std::string_view created = "created";
constexpr std::string_view stopped = "stopped";

std::string absolute(const std::string& path) {
  std::array<char, 4096> resolved{};
  if (realpath(path.empty() ? "." : path.c_str(), resolved.data()) == nullptr)
    base::throw_errno("the bundle " + path);
  return resolved.data();
}

void check_console(const Bundle& bundle, const CreateOptions& options) {
  const bool terminal = bundle.request.config.terminal;
  if (terminal && options.console_socket.empty())
    throw base::Error(
        base::ErrorKind::usage,
        "process.terminal: there is nobody to give the terminal to (--console-socket)");
  if (!terminal && !options.console_socket.empty())
    throw base::Error(base::ErrorKind::usage, "--console-socket: the process has no terminal");
}

}  // namespace

void Runtime::create(const std::string& id, const CreateOptions& options) {
  if (!valid_id(id))
    throw base::Error(base::ErrorKind::usage,
                      "invalid container ID format: " + base::printable(id));
  files_.reserve(id);
  Made made;
  try {
    create_with(id, options, made);
  } catch (...) {
    undo(id, made);
    throw;
  }
}

void Runtime::create_with(const std::string& id, const CreateOptions& options, Made& made) {
  Bundle bundle = load_bundle(absolute(options.bundle));
  check_console(bundle, options);
  require_command(bundle.request);
  engine::ContainerConfig& config = bundle.request.config;
  if (engine::valid_name(id)) config.name = id;
  if (config.hostname.empty()) config.hostname = id.substr(0, 12);
  config.image = bundle.request.directory;
  made.container = engine_.create(bundle.request).config.id;
  StateFile file{.container = made.container,
                 .pid = 0,
                 .bundle = bundle.path,
                 .oci_version = bundle.oci_version,
                 .cgroup = {},
                 .annotations = bundle.annotations};
  files_.write(id, file);
  std::array<int, 3> stdio{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
  base::UniqueFd console;
  if (config.terminal) {
    console = offer_console(options.console_socket, bundle.console);
    stdio.fill(console.get());
  }
  file.cgroup = made.cgroup = join_cgroup(bundle.placement.cgroup);
  join_network(bundle.placement);
  base::throw_if_interrupted();
  file.pid = engine_.hold(made.container, stdio);
  files_.write(id, file);
  if (!options.pid_file.empty()) base::replace_file(options.pid_file, std::to_string(file.pid));
}

void Runtime::undo(const std::string& id, const Made& made) {
  const base::InterruptShield shield;
  try {
    if (!made.container.empty()) engine_.remove(made.container, true);
    files_.remove(id);
    // We are in it ourselves.
    if (!made.cgroup.empty()) join_cgroup("/");
    remove_cgroup(made.cgroup);
  } catch (const base::Error& error) {
    base::log_warning("{}", error.message());
  }
}

std::optional<engine::Container> Runtime::find(const StateFile& file) {
  if (file.container.empty()) return std::nullopt;
  try {
    return engine_.container(file.container);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
    return std::nullopt;
  }
}

std::string Runtime::status(const std::optional<engine::Container>& container) const {
  if (!container) return std::string(stopped);
  if (engine::is_paused(container->state)) return "paused";
  if (std::holds_alternative<engine::Running>(container->state)) return "running";
  if (std::holds_alternative<engine::Starting>(container->state)) return std::string(created);
  return std::string(engine_.is_held(*container) ? created : stopped);
}

void Runtime::start(const std::string& id) {
  const StateFile file = files_.require(id);
  const std::string now = status(find(file));
  if (now != created)
    throw base::Error(now == stopped ? "cannot start a container that has stopped"
                                     : "cannot start an already running container");
  if (const auto failure = engine_.start_held(file.container)) throw base::Error(failure->text);
}

std::string Runtime::state(const std::string& id) {
  const StateFile file = files_.require(id);
  const std::string now = status(find(file));
  return base::dump_json({{"ociVersion", file.oci_version},
                          {"id", id},
                          {"status", now},
                          {"pid", now == stopped ? 0 : file.pid},
                          {"bundle", file.bundle},
                          {"annotations", file.annotations}});
}

void Runtime::kill(const std::string& id, int signal) {
  const StateFile file = files_.require(id);
  if (status(find(file)) == stopped) throw base::Error("container not running");
  engine_.kill(file.container, signal);
}

void Runtime::remove(const std::string& id, bool force) {
  const auto file = files_.load(id);
  if (!file && force) return;
  if (!file) files_.require(id);
  const auto container = find(*file);
  const std::string now = status(container);
  if (!force && now != stopped && now != created)
    throw base::Error(fmt::format("cannot delete container {} that is not stopped: {}", id, now));
  if (container) engine_.remove(file->container, true);
  remove_cgroup(file->cgroup);
  files_.remove(id);
}

}  // namespace oci
