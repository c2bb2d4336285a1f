// GNU tar, which reads a directory of the host with our privileges and writes it to a pipe; what
// reads the pipe needs none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/subprocess.h"

namespace image {

class TarProcess {
 public:
  // `members` are names in the directory, "." all of it; `options` come beside those that every use
  // has. What other file systems have mounted there is left out. Throws not_found where there is no
  // such directory, or no tar.
  TarProcess(const std::string& directory, const std::vector<std::string>& options,
             const std::vector<std::string>& members);

  int output() const { return pipe_.first.get(); }
  // Once nobody reads any more: why it failed; nullopt where it did not. The same when asked again.
  std::optional<std::string> failure();

 private:
  base::UniqueFd complaints_;
  base::Pair pipe_;
  base::Child child_;
  bool ended_ = false;
  std::optional<std::string> failure_;
};

// What `work` makes of the output. A stream that was cut is its complaint, and tar's fault: that is
// what is thrown then.
template <typename Work>
auto read_tar(TarProcess& tar, Work work) {
  std::optional<decltype(work())> result;
  std::optional<base::Error> error;
  try {
    result.emplace(work());
  } catch (const base::Error& failed) {
    if (failed.kind() == base::ErrorKind::interrupted) throw;
    error = failed;
  }
  const bool cut = !error || error->kind() == base::ErrorKind::corrupt;
  if (const auto failure = tar.failure(); failure && cut) throw base::Error(*failure);
  if (error) throw *error;
  return std::move(*result);
}

}  // namespace image
