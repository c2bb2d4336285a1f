// The operations of an OCI runtime (runtime-spec runtime.md, "Operations") as runc's command line
// has them.
#pragma once

#include <optional>
#include <string>

#include "engine/engine.h"
#include "oci-runtime/state_file.h"

namespace oci {

struct CreateOptions {
  std::string bundle;          // "": the working directory
  std::string pid_file;        // "": none
  std::string console_socket;  // "": none
};

class Runtime {
 public:
  Runtime(engine::Engine& engine, StateFiles files) : engine_(engine), files_(std::move(files)) {}

  // Our 0, 1 and 2 are the container's from now on. After an error nothing of it is left.
  void create(const std::string& id, const CreateOptions& options);
  // Returns once its command runs; throws why it does not.
  void start(const std::string& id);
  // The document of runtime.md, "State".
  std::string state(const std::string& id);
  void kill(const std::string& id, int signal);
  // `force`: whatever its state, and no error where there is none.
  void remove(const std::string& id, bool force);

 private:
  // What has been made so far, for undoing it.
  struct Made {
    std::string container;
    std::string cgroup;
  };
  void create_with(const std::string& id, const CreateOptions& options, Made& made);
  void undo(const std::string& id, const Made& made);
  // nullopt where its record has gone.
  std::optional<engine::Container> find(const StateFile& file);
  std::string status(const std::optional<engine::Container>& container) const;

  engine::Engine& engine_;
  StateFiles files_;
};

}  // namespace oci
