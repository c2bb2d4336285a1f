// The worker's view of the disk: a directory of its own to write to, the store's to read from; by
// descriptor only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "image/image.h"

namespace image {

// Borrowed descriptors of directories.
struct WorkerFiles {
  int staging = -1;
  int blobs = -1;
  int disks = -1;

  // Whether the store has it, with the right size.
  bool has_blob(const Descriptor& blob) const;
  // What this run made, or else the store has.
  base::UniqueFd open_blob(const Descriptor& blob) const;
  // What this run made, or else the store has.
  base::UniqueFd open_disk(const std::string& name) const;

  // For what takes `name` in the store once it is finished.
  void write_blob(const Descriptor& blob, const std::string& bytes) const;
  // The same, where neither the store nor this run has it.
  void keep_blob(const Descriptor& blob, const std::string& bytes) const;
  // A blob whose digest is known only when all of it has come is called by `key` until then.
  base::UniqueFd create_unnamed_blob(const std::string& key) const;
  // Where the store has it, or this run made it already, the new one goes.
  void name_blob(const std::string& key, const Descriptor& blob) const;
  // A document that was written here.
  Descriptor put_blob(std::string_view media_type, const std::string& bytes) const;
  base::UniqueFd create_blob(const Descriptor& blob) const;
  // An unnamed disk is called by `key` until its name is known.
  base::UniqueFd create_disk(const std::string& key) const;
  void name_disk(const std::string& key, const std::string& name) const;

 private:
  bool is_staged(const std::string& name) const;
  base::UniqueFd open_staged_or(const std::string& staged, int directory,
                                const std::string& name) const;
};

}  // namespace image
