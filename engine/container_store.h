// The records of containers on disk (docs/state.md): DATA/containers/<id>/{config,state}.json,
// DATA/names/<name>, RUN/containers/<id>/. Whoever works on a container holds its lock; nobody
// holds it: nobody is alive for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/lock.h"
#include "engine/container.h"

namespace engine {

class ContainerStore {
 public:
  ContainerStore(std::string data_root, std::string run_root);

  // Reserves the name and writes the record; the lock is held from before it can be seen. Throws
  // already_exists where the name is taken ("… name "/x" is already in use by …"). After an error
  // nothing of it is left.
  base::FileLock create(const Container& container, const std::string& seccomp_filter = {});

  // Skips what is half-made. Throws corrupt for a record that cannot be read, unsupported for a
  // newer schema.
  std::vector<Container> list() const;
  // Of all containers; no record is read.
  std::vector<std::string> ids() const;
  // By name, full id, or a prefix of the id that is unique; throws usage where it is not.
  std::optional<Container> find(std::string_view name_or_id) const;
  std::optional<Container> load(const std::string& id) const;

  // Flushed to the disk unless the container is removed at its end: after a crash of the host
  // nobody asks how such a one ended, and an empty state is read as one of another boot. Nor is the
  // record where, besides, it was made to run at once.
  void save_state(const ContainerConfig& config, const State& state);
  // Where it lives from now on, in an instance: load() tells it until unplace(), or the host's end.
  void place(const std::string& id, const Placement& placement) const;
  void unplace(const std::string& id) const;
  // Throws already_exists as create() does, not_found where there is no such container.
  void rename(const std::string& id, const std::string& name);
  // The filter that was given to create(); "" where its policy has none. Throws where it is lost.
  std::string seccomp_filter(const ContainerConfig& config) const;
  // The last step of a removal: record, name, writable disk, run-time directory.
  void remove(const Container& container);

  std::optional<base::FileLock> try_lock(const std::string& id) const;
  bool locked(const std::string& id) const;

  std::string data_directory(const std::string& id) const;
  std::string run_directory(const std::string& id) const;
  std::string writable_disk(const std::string& id) const;
  std::string socket_path(const std::string& id) const;
  std::string control_path(const std::string& id) const;
  std::string console_log(const std::string& id) const;
  // The container's output (engine/log_record.h): `age` 0 is the file that is written, 1 the one
  // before.
  std::string log_path(const std::string& id, unsigned age = 0) const;
  // Names without a container, records without a word, temporary files of dead processes: under the
  // store's lock.
  void sweep();

 private:
  std::string name_path(std::string_view name) const;
  std::string placement_path(const std::string& id) const;
  base::FileLock lock_store() const;
  void reserve_name(const Container& container) const;
  void sweep_names() const;
  void sweep_empty() const;
  void remove_run_directory(const std::string& id) const;
  void write_record(const Container& container, const std::string& seccomp_filter) const;

  std::string data_root_;
  std::string run_root_;
};

}  // namespace engine
