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
  std::string path = directory + "/";
  while (!order.empty()) {
    const std::string name(cut(order, '\n'));
    if (name.empty() || !wanted(name)) continue;
    path.replace(directory.size() + 1, std::string::npos, name);
    if (!load_module(path, failure)) return false;
  }
  return true;
}

[[noreturn]] void load_all(const std::string& directory, std::string_view order, int words) {
  Failure failure;
  const auto all = [](const std::string&) { return true; };
  if (load_modules(directory, order, all, failure)) _exit(EXIT_SUCCESS);
  _exit(write(words, failure.text.data(), failure.text.size()) > 0 ? 1 : 2);
}

}  // namespace

bool Modules::begin(const std::string& directory, Failure& failure) {
  directory_ = directory;
  if (!read_file(directory + "/order", max_order, order_)) {
    return errno == ENOENT || fail(failure, FailureStage::other, "reading the list of modules");
  }
  Pair pipe;
  if (!make_pipe(pipe)) return fail(failure, FailureStage::other, "making a pipe");
  child_ = fork();
  if (child_ == 0) load_all(directory_, order_, pipe.second.get());
  words_ = std::move(pipe.first);
  return child_ > 0 || fail(failure, FailureStage::other, "starting a process");
}

bool Modules::load_now(std::span<const std::string_view> names, Failure& failure) {
  const auto wanted = [&](std::string_view file) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return file.ends_with(name); });
  };
  return load_modules(directory_, order_, wanted, failure);
}

bool Modules::finish(Failure& failure) {
  if (!words_) return true;
  char text[max_text];
  const ssize_t size = read(words_.get(), text, sizeof text);  // 0 once the child has ended
  words_.reset();
  int status = 0;
  if (waitpid(child_, &status, 0) == child_ && status == 0) return true;
  return fail_with(failure, FailureStage::other,
                   size > 0 ? std::string(text, static_cast<std::size_t>(size))
                            : "the loading of modules was cut off");
}

}  // namespace guest_init
