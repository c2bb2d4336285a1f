// Files and directories: whole-file reads, replacement that is never half-done, clean-up.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace base {

// Throws not_found, denied, or corrupt where it is larger than `limit` bytes.
std::string read_file(const std::string& path, std::size_t limit);
// nullopt where there is no such file.
std::optional<std::string> try_read_file(const std::string& path, std::size_t limit);

// What a directory's own files take on the disk, in bytes; 0 where it is not there.
std::uint64_t disk_usage(const std::string& directory);

enum class Durability {
  flushed,  // what commit() wrote outlives a crash of the host
  cached,   // other processes see it whole or not at all; a crash of the host may leave it empty
};

// A file that appears under its name whole and on disk, or not at all: written beside the target,
// flushed (unless told otherwise) and renamed by commit(); without it the attempt disappears.
// Leftovers of a killed process are named ".NAME.tmp-XXXXXX".
class AtomicFile {
 public:
  explicit AtomicFile(std::string path, mode_t mode = 0644);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  int fd() const { return fd_.get(); }
  void write(std::string_view text);
  void commit(Durability durability = Durability::flushed);

 private:
  std::string path_;
  std::string attempt_;
  UniqueFd fd_;
};

// The usual case in one call.
void replace_file(const std::string& path, std::string_view text, mode_t mode = 0644,
                  Durability durability = Durability::flushed);

// A directory of our own that is removed with all in it, unless keep() is called.
class TempDir {
 public:
  // "PARENT/PREFIX-XXXXXX", mode 0700. `parent` must exist.
  TempDir(const std::string& parent, std::string_view prefix);
  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&&) = delete;
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

bool exists(const std::string& path);  // does not follow a final symbolic link
bool is_directory(const std::string& path);
// Like mkdir -p; the mode is for directories that it makes.
void make_directories(const std::string& path, mode_t mode = 0755);
// Like rm -rf, never through symbolic links and never to another file system; absent is no error.
void remove_tree(const std::string& path);
// unlink(2); absent is no error.
void remove_file(const std::string& path);
// Names without "." and "..", sorted; empty where the directory is absent.
std::vector<std::string> list_directory(const std::string& path);
void sync_directory(const std::string& path);
// statvfs: bytes that an unprivileged user may still write where `path` lies.
std::uint64_t free_bytes(const std::string& path);

}  // namespace base
