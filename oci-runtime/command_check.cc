#include "oci-runtime/command_check.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "base/root_path.h"
#include "base/text.h"

namespace oci {
namespace {

// The guest's (guest-init/command.cc).
constexpr std::string_view default_path = "/bin:/usr/bin";

enum class Found { nothing, unusable, program };

// What a path leads to in the root, where links lead as in a chroot.
Found look_at(int root, const std::string& path) {
  const base::UniqueFd file = base::open_in_root(root, path, O_PATH);
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0)
    return errno == ENOENT || errno == ENOTDIR ? Found::nothing : Found::unusable;
  const bool usable = S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
  return usable ? Found::program : Found::unusable;
}

std::string_view variable(const std::vector<std::string>& env, std::string_view prefix) {
  std::string_view value;
  for (const std::string& entry : env)
    if (entry.starts_with(prefix)) value = std::string_view(entry).substr(prefix.size());
  return value;
}

[[noreturn]] void refuse(base::ErrorKind kind, const std::string& command, const std::string& why) {
  throw base::Error(kind, fmt::format("exec: \"{}\": {}", base::printable(command), why));
}

Found look_for(int root, const std::string& command, const engine::ContainerConfig& config) {
  if (command.find('/') != std::string::npos)
    return look_at(root,
                   command.starts_with('/') ? command : config.working_directory + "/" + command);
  const std::string_view given = variable(config.env, "PATH=");
  for (const std::string& directory : base::split(given.empty() ? default_path : given, ':')) {
    const std::string& place = directory.empty() ? config.working_directory : directory;
    if (look_at(root, place + "/" + command) == Found::program) return Found::program;
  }
  return Found::nothing;
}

}  // namespace

void require_command(const engine::DirectoryRequest& request) {
  const std::string& command = request.config.argv.front();
  const bool is_path = command.find('/') != std::string::npos;
  // Not in the root: one of the files that come with it.
  for (const engine::CopiedFile& file : request.files)
    if (file.target == command) return;
  const base::UniqueFd root = base::open_file(request.directory, O_PATH | O_DIRECTORY);
  switch (look_for(root.get(), command, request.config)) {
    case Found::program:
      return;
    case Found::unusable:
      refuse(base::ErrorKind::denied, command, "permission denied");
    case Found::nothing:
      refuse(base::ErrorKind::not_found, command,
             is_path ? fmt::format("stat {}: no such file or directory", base::printable(command))
                     : "executable file not found in $PATH");
  }
}

}  // namespace oci
