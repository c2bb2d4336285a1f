// vxn-oci-runtime: the engine under podman, docker and containerd.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/signals.h"
#include "engine/engine.h"
#include "oci-runtime/command_line.h"

namespace {

constexpr const char* program = "vxn-oci-runtime";
constexpr const char* settings_of = "vxn";  // whose file of settings

void run(const std::vector<std::string>& words, oci::CommandLine& line) {
  oci::parse_command_line(words, line);
  if (line.debug) base::set_log_level(base::LogLevel::debug);
  std::string text = line.page;
  if (line.work) {
    const base::InterruptGuard guard;
    engine::Engine engine(engine::load_settings(settings_of, {}), {});
    const std::string root = line.root.empty() ? engine.settings().run_root + "/oci" : line.root;
    oci::Runtime runtime(engine, oci::StateFiles(root));
    text = line.work(runtime);
  }
  base::write_all(STDOUT_FILENO, text);
}

// Standard error always; the log, too, where there is one.
int fail(const oci::LogTarget& log, const std::string& message) {
  base::log_line(base::LogLevel::error, message);
  if (log.path.empty()) return 1;
  try {
    const base::UniqueFd file = base::open_file(log.path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    base::write_all(file.get(), oci::log_entry(log, message));
  } catch (const base::Error& error) {
    base::log_line(base::LogLevel::error, error.message());
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  base::hold_standard_descriptors();
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  base::set_log_prefix(program);
  oci::CommandLine line;
  try {
    run({argv + 1, argv + argc}, line);
    return 0;
  } catch (const std::exception& error) {
    return fail(line.log, error.what());
  }
}
