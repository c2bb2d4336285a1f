// A pull's directory in the store: the worker writes into it, and what passes inspection is moved
// into place from it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/file.h"
#include "base/lock.h"
#include "image/image_store.h"

namespace image {

// Who the worker runs as.
struct Account {
  uid_t user = 0;
  gid_t group = 0;
};
// `name`, or where it is empty "vxn-image" if there is such a user, else "nobody". nullopt where we
// are not root: the worker stays who we are. Throws not_found.
std::optional<Account> worker_account(const std::string& name);

// Removed with all in it at the end. While it lives its lock is held, so that nobody takes it for a
// leftover.
class Staging {
 public:
  // Takes the store's lock for a moment; clears away what killed pulls left.
  Staging(ImageStore& store, const std::optional<Account>& owner);
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging();

  int fd() const { return fd_.get(); }
  int lock_fd() const { return lock_->fd(); }

  bool contains(const std::string& name) const;
  // Writes a file through to the disk ahead of install(), so that this takes little time.
  void flush(const std::string& name) const;
  // Whether a finished file has the same bytes as the one at `path`, which is there.
  bool equals(const std::string& name, const std::string& path) const;
  // Moves a finished file to `target` (a path in the store), once it is seen to be a regular file
  // with one name and the expected size; it is then root's, 0644, and on disk. Throws corrupt.
  // These only for when the worker is gone; they throw not_found where there is no such file.
  void install(const std::string& name, const std::string& target, std::uint64_t bytes);

 private:
  std::optional<base::TempDir> directory_;
  std::string lock_path_;
  std::optional<base::FileLock> lock_;
  base::UniqueFd fd_;
};

}  // namespace image
