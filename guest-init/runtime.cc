// What libstdc++ would do by throwing, done without: nothing here can be caught, and PID 1 that
// ends is a crash that the host sees. Keeps the unwinder and its tables out of the binary.
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace {

[[noreturn]] void give_up(const char* why) {
  const char line[] = "guest-init: ";
  if (write(STDERR_FILENO, line, sizeof line - 1) > 0 &&
      write(STDERR_FILENO, why, strlen(why)) > 0) {
    abort();
  }
  abort();
}

}  // namespace

// The names are libstdc++'s (bits/functexcept.h).
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
namespace std {
void __throw_length_error(const char* why) { give_up(why); }
void __throw_logic_error(const char* why) { give_up(why); }
void __throw_bad_alloc() { give_up("out of memory\n"); }
void __throw_bad_array_new_length() { give_up("out of memory\n"); }
void __throw_out_of_range_fmt(const char* why, ...) { give_up(why); }
}  // namespace std
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

void* operator new(std::size_t size) {
  void* memory = malloc(size > 0 ? size : 1);
  if (memory == nullptr) give_up("out of memory\n");
  return memory;
}

void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, std::size_t) noexcept { free(memory); }
