// What could not be done, told as a story, and which kind of failure it is.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace base {

enum class ErrorKind {
  failure,         // none of the others
  usage,           // the caller asked for something that makes no sense
  not_found,       // what was named is not there
  already_exists,  // the name is taken
  denied,          // permissions, credentials
  unavailable,     // a service, host or resource did not answer or is used up; may work later
  corrupt,         // bytes are not what they should be
  unsupported,     // understood, and not something that we do
  interrupted,     // the user or a signal asked us to stop
};

// The only exception that the host side throws on purpose. The message is one line without a final
// full stop and names what was tried, on what, and why it failed.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : Error(ErrorKind::failure, message) {}
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  ErrorKind kind() const { return kind_; }
  std::string message() const { return what(); }

  // The same failure seen from one level up: "STORY: MESSAGE".
  Error within(std::string_view story) const;

 private:
  ErrorKind kind_;
};

// "WHAT: strerror", of the kind that the number stands for (ENOENT not_found, EACCES denied, …).
Error errno_error(int error_number, std::string_view what);
// The same for the current errno.
[[noreturn]] void throw_errno(std::string_view what);

std::string_view to_string(ErrorKind kind);
// Empty for a word that is no kind: `parse_error_kind(to_string(k)) == k`.
bool parse_error_kind(std::string_view word, ErrorKind& kind);

// Runs `work`; a failure in it is told as part of `story` ("pulling alpine"). Once per level at
// which a user would recognise the step.
template <typename Work>
decltype(auto) doing(std::string_view story, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const Error& error) {
    throw error.within(story);
  }
}

}  // namespace base
