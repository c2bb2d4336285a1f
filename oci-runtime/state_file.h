// What the runtime itself remembers of a container: ROOT/ID/state.json. Everything else is the
// engine's.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

namespace oci {

struct StateFile {
  std::string container;  // the engine's id
  pid_t pid = 0;          // of the process that stands for it
  std::string bundle;     // absolute
  std::string oci_version;
  std::string cgroup;  // made for it: a directory; "": none
  std::map<std::string, std::string> annotations;
};

// Whether it can be one: runc's rule, [\w+.-]+ and neither "." nor "..".
bool valid_id(const std::string& id);

class StateFiles {
 public:
  explicit StateFiles(std::string root) : root_(std::move(root)) {}

  // Throws already_exists.
  void reserve(const std::string& id) const;
  void write(const std::string& id, const StateFile& state) const;
  // nullopt where there is none; an empty one where it was reserved and not written.
  std::optional<StateFile> load(const std::string& id) const;
  // Throws not_found, in runc's words.
  StateFile require(const std::string& id) const;
  void remove(const std::string& id) const;

 private:
  std::string directory(const std::string& id) const { return root_ + "/" + id; }
  std::string root_;
};

}  // namespace oci
