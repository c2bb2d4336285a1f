#include "engine/container_store.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "engine/container_json.h"
#include "engine/placement.h"

namespace engine {
namespace {

constexpr std::size_t max_record = 8u << 20;  // a 4 MiB command line, escaped
constexpr std::size_t max_filter = 64u << 10;
constexpr const char* filter_name = "/seccomp.bpf";
constexpr base::Milliseconds store_lock_wait{10'000};
constexpr std::size_t max_placement = 256;

bool is_id(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::optional<std::string> read_link(const std::string& path) {
  std::array<char, 256> buffer{};
  const ssize_t size = readlink(path.c_str(), buffer.data(), buffer.size());
  if (size < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

// From here on nobody finds it. Absent is no error.
void set_aside(const std::string& directory, const std::string& doomed) {
  if (::rename(directory.c_str(), doomed.c_str()) != 0 && errno != ENOENT)
    base::throw_errno("removing " + directory);
}

void write_state(const std::string& directory, const ContainerConfig& config, const State& state) {
  base::replace_file(directory + "/state.json", state_to_json(state), 0600,
                     config.auto_remove ? base::Durability::cached : base::Durability::flushed);
}

// Of one that is made to run once, nothing is wanted after a crash of the host (sweep()).
base::Durability durability_of(const ContainerConfig& config) {
  return config.provisional && config.auto_remove ? base::Durability::cached
                                                  : base::Durability::flushed;
}

}  // namespace

ContainerStore::ContainerStore(std::string data_root, std::string run_root)
    : data_root_(std::move(data_root)), run_root_(std::move(run_root)) {}

std::string ContainerStore::data_directory(const std::string& id) const {
  return data_root_ + "/containers/" + id;
}
std::string ContainerStore::run_directory(const std::string& id) const {
  return run_root_ + "/containers/" + id;
}
std::string ContainerStore::writable_disk(const std::string& id) const {
  return data_directory(id) + "/writable.ext4";
}
std::string ContainerStore::socket_path(const std::string& id) const {
  return run_directory(id) + "/monitor.sock";
}
std::string ContainerStore::control_path(const std::string& id) const {
  return run_directory(id) + "/control.sock";
}
std::string ContainerStore::console_log(const std::string& id) const {
  return data_directory(id) + "/console.log";
}
std::string ContainerStore::log_path(const std::string& id, unsigned age) const {
  const std::string path = data_directory(id) + "/output.log";
  return age == 0 ? path : fmt::format("{}.{}", path, age);
}
std::string ContainerStore::seccomp_filter(const ContainerConfig& config) const {
  if (!config.policy.filtered) return {};
  const std::string path = data_directory(config.id) + filter_name;
  std::string filter = base::read_file(path, max_filter);
  if (filter.empty()) throw base::Error(base::ErrorKind::corrupt, path + ": empty");
  return filter;
}
std::string ContainerStore::name_path(std::string_view name) const {
  return data_root_ + "/names/" + std::string(name);
}

base::FileLock ContainerStore::lock_store() const {
  base::make_directories(data_root_ + "/containers", 0700);
  base::make_directories(data_root_ + "/names", 0700);
  return base::FileLock::acquire(data_root_ + "/containers.lock",
                                 base::Deadline::after(store_lock_wait), "the container store");
}

void ContainerStore::reserve_name(const Container& container) const {
  const std::string path = name_path(container.config.name);
  if (const auto owner = read_link(path)) {
    if (base::exists(data_directory(*owner)))
      throw base::Error(base::ErrorKind::already_exists,
                        fmt::format("Conflict. The container name \"/{}\" is already in use by "
                                    "container \"{}\". You have to remove (or rename) that "
                                    "container to be able to reuse that name.",
                                    container.config.name, *owner));
    base::remove_file(path);  // of a creation or removal that died half-way
  }
  if (symlink(container.config.id.c_str(), path.c_str()) != 0)
    base::throw_errno("reserving the name " + path);
}

void ContainerStore::write_record(const Container& container,
                                  const std::string& seccomp_filter) const {
  const std::string& id = container.config.id;
  const std::string attempt = data_root_ + "/containers/." + id;
  base::make_directories(attempt, 0700);
  const base::Durability durability = durability_of(container.config);
  base::replace_file(attempt + "/config.json", config_to_json(container.config), 0600, durability);
  if (!seccomp_filter.empty())
    base::replace_file(attempt + filter_name, seccomp_filter, 0600, durability);
  write_state(attempt, container.config, container.state);
  base::failpoint("client.recorded");
  if (::rename(attempt.c_str(), data_directory(id).c_str()) != 0)
    base::throw_errno("making the record " + data_directory(id));
}

base::FileLock ContainerStore::create(const Container& container,
                                      const std::string& seccomp_filter) {
  const base::FileLock store = lock_store();
  const std::string& id = container.config.id;
  auto lock = try_lock(id);
  if (!lock) throw base::Error(base::ErrorKind::already_exists, "container " + id + " is in use");
  try {
    reserve_name(container);
    base::failpoint("client.named");
    write_record(container, seccomp_filter);
  } catch (...) {
    remove(container);
    throw;
  }
  return std::move(*lock);
}

void ContainerStore::rename(const std::string& id, const std::string& name) {
  const base::FileLock store = lock_store();
  auto container = load(id);
  if (!container) throw base::Error(base::ErrorKind::not_found, "No such container: " + id);
  const std::string before = std::exchange(container->config.name, name);
  reserve_name(*container);
  base::replace_file(data_directory(id) + "/config.json", config_to_json(container->config), 0600);
  base::remove_file(name_path(before));
}

std::optional<Container> ContainerStore::load(const std::string& id) const {
  const std::string directory = data_directory(id);
  const auto config = base::try_read_file(directory + "/config.json", max_record);
  const auto state = base::try_read_file(directory + "/state.json", max_record);
  if (!config || config->empty() || !state) return std::nullopt;
  Container container{.config = config_from_json(*config, directory + "/config.json"), .state = {}};
  container.state = container.config.auto_remove && state->empty()
                        ? Starting{.boot_id = "before a crash of the host"}
                        : state_from_json(*state, directory + "/state.json");
  if (container.config.isolation != Isolation::vm)
    if (const auto line = base::try_read_file(placement_path(id), max_placement))
      container.config.placement = parse_placement(*line, placement_path(id));
  return container;
}

std::vector<std::string> ContainerStore::ids() const {
  std::vector<std::string> ids = base::list_directory(data_root_ + "/containers");
  std::erase_if(ids, [](const std::string& name) { return !is_id(name); });
  return ids;
}

std::vector<Container> ContainerStore::list() const {
  std::vector<Container> all;
  for (const std::string& id : ids())
    if (auto container = load(id)) all.push_back(std::move(*container));
  std::sort(all.begin(), all.end(), [](const Container& a, const Container& b) {
    return a.config.created > b.config.created;
  });
  return all;
}

std::optional<Container> ContainerStore::find(std::string_view name_or_id) const {
  if (valid_name(name_or_id))
    if (const auto id = read_link(name_path(name_or_id)))
      if (is_id(*id)) return load(*id);
  std::optional<std::string> found;
  for (const std::string& id : ids()) {
    if (name_or_id.empty() || !id.starts_with(name_or_id)) continue;
    if (found)
      throw base::Error(
          base::ErrorKind::usage,
          fmt::format("several containers have an id that begins with {}", name_or_id));
    found = id;
  }
  return found ? load(*found) : std::nullopt;
}

std::string ContainerStore::placement_path(const std::string& id) const {
  return run_directory(id) + "/placement";
}

void ContainerStore::place(const std::string& id, const Placement& placement) const {
  base::replace_file(placement_path(id), placement_line(placement), 0600, base::Durability::cached);
}

void ContainerStore::unplace(const std::string& id) const { base::remove_file(placement_path(id)); }

void ContainerStore::save_state(const ContainerConfig& config, const State& state) {
  write_state(data_directory(config.id), config, state);
}

void ContainerStore::remove(const Container& container) {
  const std::string& id = container.config.id;
  const std::string directory = data_directory(id);
  const std::string doomed = data_directory("." + id);
  set_aside(directory, doomed);
  // Whatever it is called by now.
  for (const std::string& name : base::list_directory(data_root_ + "/names"))
    if (read_link(name_path(name)) == id) base::remove_file(name_path(name));
  base::remove_tree(doomed);
  remove_run_directory(id);
}

// Under another name first: who waits for the lock makes its file again as long as it has its
// place.
void ContainerStore::remove_run_directory(const std::string& id) const {
  const std::string directory = run_directory(id);
  const std::string doomed = run_directory("." + id);
  base::remove_tree(doomed);  // of an attempt that died
  set_aside(directory, doomed);
  base::remove_tree(doomed);
}

std::optional<base::FileLock> ContainerStore::try_lock(const std::string& id) const {
  base::make_directories(run_directory(id), 0700);
  return base::FileLock::try_acquire(run_directory(id) + "/lock");
}

bool ContainerStore::locked(const std::string& id) const {
  return base::is_locked(run_directory(id) + "/lock");
}

// Names of a creation, a removal or a change of names that died half-way.
void ContainerStore::sweep_names() const {
  std::map<std::string, std::vector<std::string>> names;  // by the id that they lead to
  for (const std::string& name : base::list_directory(data_root_ + "/names"))
    if (const auto id = read_link(name_path(name))) names[*id].push_back(name);
  for (const auto& [id, of_it] : names) {
    const bool there = base::exists(data_directory(id));
    if (there && of_it.size() == 1) continue;
    const auto container = there ? load(id) : std::nullopt;
    if (there && !container) continue;
    for (const std::string& name : of_it)
      if (!container || container->config.name != name) base::remove_file(name_path(name));
  }
}

// Those that were never flushed, of before a crash of the host.
void ContainerStore::sweep_empty() const {
  for (const std::string& id : ids()) {
    const std::string directory = data_directory(id);
    struct stat status {};
    const bool has_record =
        stat((directory + "/config.json").c_str(), &status) == 0 && status.st_size > 0;
    if (!has_record && !locked(id)) set_aside(directory, data_directory("." + id));
  }
}

void ContainerStore::sweep() {
  if (!base::is_directory(data_root_ + "/containers")) return;
  const base::FileLock store = lock_store();
  sweep_empty();
  for (const std::string& entry : base::list_directory(data_root_ + "/containers"))
    if (entry.starts_with('.') && is_id(std::string_view(entry).substr(1)) &&
        !locked(entry.substr(1)))
      base::remove_tree(data_root_ + "/containers/" + entry);
  sweep_names();
  for (const std::string& id : base::list_directory(run_root_ + "/containers"))
    if (!base::exists(data_directory(id)) && !locked(id)) base::remove_tree(run_directory(id));
}

}  // namespace engine
