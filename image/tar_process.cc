#include "image/tar_process.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

namespace image {
namespace {

constexpr base::Milliseconds end_limit{10'000};
constexpr std::size_t most_complaints = 64u << 10;

base::Child start(const std::string& directory, const std::vector<std::string>& options,
                  const std::vector<std::string>& members, int output, int complaints) {
  if (!base::is_directory(directory))
    throw base::Error(base::ErrorKind::not_found, directory + ": no such directory");
  std::vector<std::string> argv{"tar",
                                "--create",
                                "--file=-",
                                "--format=posix",
                                "--numeric-owner",
                                "--xattrs",
                                "--xattrs-include=*",
                                "--one-file-system",
                                "--warning=no-file-ignored",
                                "--directory=" + directory};
  argv.insert(argv.end(), options.begin(), options.end());
  argv.emplace_back("--");
  argv.insert(argv.end(), members.begin(), members.end());
  return base::spawn({.argv = std::move(argv),
                      .fds = {{output, STDOUT_FILENO}, {complaints, STDERR_FILENO}},
                      .env = std::nullopt,
                      .new_session = true});
}

}  // namespace

TarProcess::TarProcess(const std::string& directory, const std::vector<std::string>& options,
                       const std::vector<std::string>& members)
    : complaints_(base::memory_file("tar")),
      pipe_(base::make_pipe()),
      child_(start(directory, options, members, pipe_.second.get(), complaints_.get())) {
  pipe_.second.reset();
}

std::optional<std::string> TarProcess::failure() {
  if (ended_) return failure_;
  ended_ = true;
  pipe_.first.reset();
  const auto status = child_.wait(base::Deadline::after(end_limit));
  if (status && status->ok()) return std::nullopt;
  base::rewind(complaints_.get());
  const std::string text = base::read_to_end(complaints_.get(), most_complaints);
  // What it says last is that it says what it has said.
  failure_ = base::printable(base::split(base::trim(text), '\n').front(), 512);
  return failure_;
}

}  // namespace image
