#include "monitor/log_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/file.h"

namespace monitor {

base::UniqueFd open_log(const engine::ContainerStore& records, const std::string& id) {
  return base::open_file(records.log_path(id), O_RDWR | O_APPEND | O_CREAT, 0600);
}

base::UniqueFd open_last_log(const engine::ContainerStore& records,
                             const engine::ContainerConfig& config) {
  for (unsigned age = 0; age < config.log.max_files; ++age) {
    auto file = base::try_open_file(records.log_path(config.id, age), O_RDONLY);
    struct stat status {};
    if (file && fstat(file->get(), &status) == 0 && status.st_size > 0) return std::move(*file);
  }
  return {};
}

base::UniqueFd rotate_log(const engine::ContainerStore& records,
                          const engine::ContainerConfig& config) {
  const unsigned last = config.log.max_files - 1;
  if (last == 0) base::remove_file(records.log_path(config.id));
  for (unsigned age = last; age > 0; --age) {
    const std::string from = records.log_path(config.id, age - 1);
    if (rename(from.c_str(), records.log_path(config.id, age).c_str()) != 0 && errno != ENOENT)
      base::throw_errno("rotating " + from);
  }
  return open_log(records, config.id);
}

}  // namespace monitor
