#include "tests/xen/features/feature.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace features {
namespace {

constexpr unsigned patience_seconds = 60;

[[noreturn]] void report(int pipe, const std::string& text) {
  const auto written = write(pipe, text.data(), text.size());
  _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
}

// What is in it now: what the reporter left behind may hold the other end.
std::string drain(int pipe) {
  std::string text;
  std::array<char, 512> buffer;
  for (ssize_t size = 0; (size = read(pipe, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace

std::string failed(const std::string& what) { return what + ": " + std::strerror(errno); }

std::string in_child(const std::function<std::string()>& work) {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return failed("pipe");
  const pid_t child = fork();
  if (child < 0) return failed("fork");
  if (child == 0) {
    alarm(patience_seconds);
    report(ends[1], work());
  }
  close(ends[1]);
  int status = 0;
  if (waitpid(child, &status, 0) != child) return failed("waitpid");
  std::string text = drain(ends[0]);
  close(ends[0]);
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  return text;
}

std::string mount_at(const char* source, const std::string& target, const char* type,
                     unsigned long flags, const char* options) {
  if (mkdir(target.c_str(), 0755) != 0 && errno != EEXIST) return failed("mkdir " + target);
  if (mount(source, target.c_str(), type, flags, options) == 0) return "";
  return failed(std::string("mounting ") + type);
}

std::string shared_mount_at(const char* source, const std::string& target, const char* type,
                            unsigned long flags) {
  auto why = mount_at(source, target, type, flags);
  return errno == EBUSY ? "" : why;
}

std::string mount_groups() { return shared_mount_at("cgroup2", groups, "cgroup2"); }

std::string write_text(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return failed("open " + path);
  const auto written = write(file, text.data(), text.size());
  std::string why;
  if (written != static_cast<ssize_t>(text.size())) why = failed("write " + text + " to " + path);
  close(file);
  return why;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace features
