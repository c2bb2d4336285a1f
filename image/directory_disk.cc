#include "image/directory_disk.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "image/worker_process.h"

namespace image {
namespace {

constexpr base::Milliseconds tar_end_limit{10'000};
constexpr std::size_t most_complaints = 64u << 10;

// GNU tar, which writes the directory to a pipe.
class Tar {
 public:
  explicit Tar(const std::string& directory)
      : complaints_(base::memory_file("tar")), child_(start(directory)) {}

  int output() const { return pipe_.first.get(); }

  // Why it failed; nullopt where it did not.
  std::optional<std::string> failure() {
    pipe_.first.reset();
    const auto status = child_.wait(base::Deadline::after(tar_end_limit));
    if (status && status->ok()) return std::nullopt;
    base::rewind(complaints_.get());
    const std::string text = base::read_to_end(complaints_.get(), most_complaints);
    return base::printable(base::split(base::trim(text), '\n').back(), 512);
  }

 private:
  base::Child start(const std::string& directory) {
    pipe_ = base::make_pipe();
    base::Child child = base::spawn(
        {.argv = {"tar", "--create", "--file=-", "--format=posix", "--numeric-owner", "--xattrs",
                  "--xattrs-include=*", "--sparse", "--one-file-system",
                  "--warning=no-file-ignored", "--directory=" + directory, "."},
         .fds = {{pipe_.second.get(), STDOUT_FILENO}, {complaints_.get(), STDERR_FILENO}},
         .env = std::nullopt,
         .new_session = true});
    pipe_.second.reset();
    return child;
  }

  base::UniqueFd complaints_;
  base::Pair pipe_;
  base::Child child_;
};

}  // namespace

std::uint64_t write_directory_disk(const std::string& directory, int output,
                                   const DirectoryDiskOptions& options) {
  if (!base::is_directory(directory))
    throw base::Error(base::ErrorKind::not_found, directory + ": no such directory");
  Tar tar(directory);
  std::optional<WorkerDisk> disk;
  std::optional<base::Error> error;
  try {
    disk = run_disk_worker(tar.output(), output, options);
  } catch (const base::Error& failed) {
    if (failed.kind() == base::ErrorKind::interrupted) throw;
    error = failed;
  }
  // A stream that was cut is the worker's complaint, and tar's fault.
  const bool cut = !error || error->kind() == base::ErrorKind::corrupt;
  if (const auto failure = tar.failure(); failure && cut) throw base::Error(*failure);
  if (error) throw *error;
  if (disk->dropped_xattrs != 0)
    base::log_debug("{}: {} extended attributes were left out", directory, disk->dropped_xattrs);
  return disk->bytes;
}

}  // namespace image
