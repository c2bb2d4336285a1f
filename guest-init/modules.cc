#include "guest-init/modules.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "guest-init/fd.h"
#include "guest-init/text.h"

namespace guest_init {
namespace {

constexpr std::size_t max_order = 64 << 10;

bool load_module(const std::string& path, Failure& failure) {
  const Fd file = open_path(path, O_RDONLY);
  if (!file) return fail(failure, FailureStage::other, "opening the module " + path);
  if (syscall(SYS_finit_module, file.get(), "", 0) != 0 && errno != EEXIST) {
    return fail(failure, FailureStage::other, "loading the module " + path);
  }
  return true;
}

}  // namespace

bool load_modules(const std::string& directory, Failure& failure) {
  std::string order;
  if (!read_file(directory + "/order", max_order, order)) {
    return errno == ENOENT || fail(failure, FailureStage::other, "reading the list of modules");
  }
  std::string_view rest = order;
  while (!rest.empty()) {
    const std::string_view name = cut(rest, '\n');
    if (!name.empty() && !load_module(directory + "/" + std::string(name), failure)) return false;
  }
  return true;
}

}  // namespace guest_init
