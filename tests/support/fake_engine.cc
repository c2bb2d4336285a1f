#include "tests/support/fake_engine.h"

#include <algorithm>
#include <utility>

#include "base/fd.h"

namespace fake {

World& world() {
  static World the_world;
  return the_world;
}

engine::Container container(std::string_view name, engine::State state, base::WallTime created) {
  engine::ContainerConfig config;
  config.name = name;
  config.id = std::string(64, static_cast<char>('0' + name.size() % 10));
  config.image = "busybox";
  config.image_id = "sha256:" + std::string(64, 'b');
  config.created = created;
  config.argv = {"sleep", "1000"};
  return {.config = std::move(config), .state = std::move(state)};
}

image::Image image(std::string_view tag, char digit, std::uint64_t bytes, base::WallTime created) {
  image::Image made;
  made.id = image::Digest::sha256(std::string(64, digit)).value();
  made.manifest.digest = image::Digest::sha256(std::string(63, digit) + "0").value();
  if (!tag.empty()) {
    made.tags = {image::Reference::parse(tag)};
    made.digests = {made.tags[0].with_digest(made.manifest.digest)};
  }
  made.config.created = created;
  made.size_bytes = bytes;
  made.layers = {{.tar_bytes = bytes, .content_bytes = bytes}};
  return made;
}

void fail_if_told() {
  if (auto failure = std::exchange(world().failure, std::nullopt)) throw *failure;
}

}  // namespace fake

namespace engine {

using fake::fail_if_told;

struct Engine::Parts {};

// The real one keeps the names.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
Engine::Engine(Settings settings, image::NameDefaults, RegistryFiles)
    : settings_(std::move(settings)) {
  fake::world().settings = settings_;
}
Engine::~Engine() = default;

void Engine::recover() {}

void Engine::prepare_start(StartKind kind) { fake::world().start_kind = kind; }

Container Engine::create(const CreateRequest& request, base::Progress& progress) {
  fake::world().created = request;
  if (fake::world().progress) fake::world().progress(progress);
  fail_if_told();
  Container made = fake::container("made", Created{}, {});
  made.config.argv = request.command;
  made.config.interactive = request.interactive;
  made.config.terminal = request.terminal;
  return made;
}

RunOutcome Engine::start_attached(const std::string&, const Stdio& stdio) {
  fake::world().stdio = stdio;
  fail_if_told();
  base::write_all(stdio.output, fake::world().container_output);
  return fake::world().outcome;
}

std::optional<StartFailure> Engine::start(const std::string& name) {
  fake::world().orders.push_back("start " + name);
  fail_if_told();
  return fake::world().start_failure;
}

RunOutcome Engine::attach(const std::string& name, const Stdio& stdio) {
  fake::world().orders.push_back("attach " + container(name).config.name);
  fake::world().stdio = stdio;
  fail_if_told();
  return fake::world().outcome;
}

RunOutcome Engine::exec(const std::string& name, const ExecRequest& request, const Stdio& stdio) {
  fake::world().orders.push_back("exec " + container(name).config.name);
  fake::world().exec = request;
  fake::world().stdio = stdio;
  fail_if_told();
  return fake::world().outcome;
}

std::optional<StartFailure> Engine::exec_detached(const std::string& name,
                                                  const ExecRequest& request) {
  fake::world().orders.push_back("exec -d " + container(name).config.name);
  fake::world().exec = request;
  fail_if_told();
  return fake::world().start_failure;
}

void Engine::stop(const std::string& name, const StopRequest& request) {
  fake::world().orders.push_back("stop " + container(name).config.name);
  fake::world().stop = request;
  fail_if_told();
}

void Engine::kill(const std::string& name, int signal) {
  fake::world().orders.push_back("kill " + name + " " + std::to_string(signal));
  if (!std::holds_alternative<Running>(container(name).state))
    throw base::Error("container is not running");
}

void Engine::pause(const std::string& name) { fake::world().orders.push_back("pause " + name); }
void Engine::unpause(const std::string& name) {
  fake::world().orders.push_back("unpause " + name);
  fail_if_told();
}

void Engine::rename(const std::string& name, const std::string& to) {
  fake::world().orders.push_back("rename " + name + " " + to);
  fail_if_told();
}

int Engine::pid(const Container& container) const {
  return std::holds_alternative<Running>(container.state) ? 4242 : 0;
}

std::uint64_t Engine::disk_usage(const ContainerConfig&) const { return 1'000'000; }

int Engine::wait(const std::string& name) {
  fake::world().orders.push_back("wait " + name);
  const Container found = container(name);
  const auto* exited = std::get_if<Exited>(&found.state);
  return exited == nullptr ? 0 : exited->code;
}

ProcessList Engine::processes(const std::string& name) {
  fake::world().orders.push_back("processes " + container(name).config.name);
  fail_if_told();
  return fake::world().processes;
}

void Engine::logs(const std::string&, const LogRequest& request, const LogSink& sink) {
  fake::world().logs = request;
  fail_if_told();
  for (const LogRecord& record : fake::world().records) sink(record);
}

std::string Engine::log_path(const std::string& id) const { return "/data/" + id + "/output.log"; }

std::vector<Container> Engine::containers() {
  fail_if_told();
  return fake::world().containers;
}

Container Engine::container(const std::string& name_or_id) {
  for (const Container& candidate : fake::world().containers)
    if (candidate.config.name == name_or_id || candidate.config.id.starts_with(name_or_id))
      return candidate;
  throw base::Error(base::ErrorKind::not_found, "No such container: " + name_or_id);
}

void Engine::remove(const std::string& name_or_id, bool force) {
  fake::world().removals.push_back(name_or_id + (force ? " force" : ""));
  fail_if_told();
  const Container found = container(name_or_id);
  if (std::holds_alternative<Running>(found.state) && !force)
    throw base::Error(base::ErrorKind::failure, "cannot remove container: container is running");
}

HostInfo Engine::info() { return fake::world().host; }
std::vector<HostReport> Engine::doctor() { return fake::world().reports; }

}  // namespace engine
