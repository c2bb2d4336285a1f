#include "guest-init/command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "guest-init/text.h"

namespace guest_init {
namespace {

constexpr const char* default_path = "/bin:/usr/bin";  // execvp(3)

// errno where not: EISDIR, EACCES, or what stat(2) says.
bool is_executable(const std::string& path, bool& found) {
  struct stat status {};
  found = stat(path.c_str(), &status) == 0;
  if (!found) return false;
  if (S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    return false;
  }
  return access(path.c_str(), X_OK) == 0;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

const char* value_of(const std::vector<std::string>& env, std::string_view name) {
  for (const std::string& variable : env) {
    if (variable.size() > name.size() && variable.starts_with(name) &&
        variable[name.size()] == '=') {
      return variable.c_str() + name.size() + 1;
    }
  }
  return nullptr;
}

bool find_command(const std::string& name, const std::vector<std::string>& env, std::string& path,
                  Failure& failure) {
  const std::string story = "exec: \"" + name + "\": ";
  bool found = false;
  if (name.find('/') != name.npos) {
    path = name;
    if (is_executable(path, found)) return true;
    return fail(failure, FailureStage::exec,
                found ? "exec: \"" + name + "\"" : story + "stat " + name);
  }
  const char* directories = value_of(env, "PATH");
  std::string_view rest = directories != nullptr ? directories : default_path;
  while (!rest.empty() && !name.empty()) {
    const std::string_view directory = cut(rest, ':');
    path = std::string(directory.empty() ? "." : directory) + "/" + name;
    if (is_executable(path, found)) return true;
  }
  return fail_with(failure, FailureStage::exec, story + "executable file not found in $PATH",
                   ENOENT);
}

bool execute(const std::string& path, const std::vector<std::string>& argv,
             const std::vector<std::string>& env, Failure& failure) {
  execve(path.c_str(), pointers_to(argv).data(), pointers_to(env).data());
  return fail(failure, FailureStage::exec, "exec " + path);
}

}  // namespace guest_init
