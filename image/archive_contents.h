// What is in an archive of images: each file, wherever it lies and whatever it is called, becomes a
// blob of the staging directory, in one pass over a stream. Nothing is unpacked: the archive's
// paths are only compared with one another.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/progress.h"
#include "image/byte_source.h"
#include "image/image.h"
#include "image/tar_entries.h"
#include "image/worker_files.h"

namespace image {

class ArchiveContents {
 public:
  explicit ArchiveContents(const WorkerFiles& files) : files_(files) {}

  // Reads `archive`, a tar as it is or compressed (gzip, zstd), to its end. Of several entries with
  // one path the last counts, as for tar. Throws corrupt for what is no tar, for too many entries,
  // for a sparse file, and for one under blobs/ whose digest is not the one in its path.
  void read(ByteSource& archive, base::Progress& progress);

  // By the path that a document has, links followed; without a media type. nullopt: none.
  std::optional<Descriptor> find(std::string_view path) const;
  std::optional<Descriptor> find(const Digest& digest) const;
  // The whole of a file; throws corrupt where it is larger than `limit`.
  std::string read_blob(const Descriptor& blob, std::size_t limit) const;

 private:
  void take(const TarEntry& entry, TarEntries& entries, base::Progress& progress);
  void take_file(const std::string& path, const TarEntry& entry, TarEntries& entries,
                 base::Progress& progress);

  const WorkerFiles& files_;
  std::map<std::string, Descriptor, std::less<>> blobs_;
  std::map<std::string, std::string, std::less<>> links_;  // to what they lead, as a path here
  std::size_t count_ = 0;
};

}  // namespace image
