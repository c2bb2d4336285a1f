#include "guest-init/modules.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "guest-init/text.h"

namespace guest_init {
namespace {

constexpr std::size_t max_order = 64 << 10;
constexpr std::size_t max_text = 1024;

// One that is there already is fine, so is one without a device here: who needs it will tell. One
// that another loads is waited for by the kernel.
bool load_module(const std::string& path, Failure& failure) {
  const Fd file = open_path(path, O_RDONLY);
  if (!file) return fail(failure, FailureStage::other, "opening the module " + path);
  const bool loaded = syscall(SYS_finit_module, file.get(), "", 0) == 0;
  if (!loaded && errno != EEXIST && errno != ENODEV) {
    return fail(failure, FailureStage::other, "loading the module " + path);
  }
  return true;
}

// Of each file in the list for which `wanted` is true.
template <typename Wanted>
bool load_modules(const std::string& directory, std::string_view order, Wanted wanted,
                  Failure& failure) {
  while (!order.empty()) {
    const std::string name(cut(order, '\n'));
    if (name.empty() || !wanted(name)) continue;
    if (!load_module(directory + "/" + name, failure)) return false;
  }
  return true;
}

bool is_one_of(std::string_view file, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return file.ends_with(name); });
}

// Whose loading has its devices set up, one after the other: tenths of a second during which
// nothing else would load.
constexpr std::string_view slow_drivers[] = {"xen-blkfront.ko"};

[[noreturn]] void load_in_child(const std::string& directory, std::string_view order, bool drivers,
                                int words) {
  Failure failure;
  const auto wanted = [&](std::string_view file) {
    return is_one_of(file, slow_drivers) == drivers;
  };
  if (load_modules(directory, order, wanted, failure)) _exit(EXIT_SUCCESS);
  _exit(write(words, failure.text.data(), failure.text.size()) > 0 ? 1 : 2);
}

}  // namespace

bool Modules::begin(const std::string& directory, Failure& failure) {
  directory_ = directory;
  if (!read_file(directory + "/order", max_order, order_)) {
    return errno == ENOENT || fail(failure, FailureStage::other, "reading the list of modules");
  }
  return start(drivers_, true, failure) && start(others_, false, failure);
}

bool Modules::start(Child& child, bool drivers, Failure& failure) {
  Pair pipe;
  if (!make_pipe(pipe)) return fail(failure, FailureStage::other, "making a pipe");
  child.pid = fork();
  if (child.pid == 0) load_in_child(directory_, order_, drivers, pipe.second.get());
  child.words = std::move(pipe.first);
  return child.pid > 0 || fail(failure, FailureStage::other, "starting a process");
}

bool Modules::load_now(std::span<const std::string_view> names, Failure& failure) {
  const auto wanted = [&](std::string_view file) { return is_one_of(file, names); };
  return load_modules(directory_, order_, wanted, failure);
}

bool Modules::bring(std::string_view name) const {
  std::string_view order = order_;
  while (!order.empty()) {
    if (cut(order, '\n').ends_with(name)) return true;
  }
  return false;
}

bool Modules::finish(Failure& failure) {
  return wait(others_, 0, failure) && wait(drivers_, WNOHANG, failure);
}

bool Modules::wait(const Child& child, int options, Failure& failure) {
  if (child.pid <= 0) return true;
  int status = 0;
  const pid_t pid = waitpid(child.pid, &status, options);
  return pid == 0 || reaped(child.pid, pid > 0 ? status : -1, failure);
}

bool Modules::reaped(pid_t pid, int status, Failure& failure) {
  Child& child = pid == others_.pid ? others_ : drivers_;
  child.pid = -1;
  const Fd words = std::move(child.words);
  if (status == 0) return true;
  char text[max_text];
  const ssize_t size = read(words.get(), text, sizeof text);
  return fail_with(failure, FailureStage::other,
                   size > 0 ? std::string(text, static_cast<std::size_t>(size))
                            : "the loading of modules was cut off");
}

}  // namespace guest_init
