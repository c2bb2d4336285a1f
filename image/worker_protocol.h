// What vxn-image-worker tells its parent over a pipe. The worker has met foreign bytes and may be
// in foreign hands: the parent checks every field and bound here and believes no name or path.
//
// A stream of records, integers little-endian:
//   u32 length    of what follows, 1 … 8 MiB
//   u8  kind      1 message, 2 progress, 3 failure, 4 result, 5 disk, 6 loaded, 7 saved, 8 pushed,
//                 9 login, 10 set, 11 verified, 12 found, 13 tags
//   fields        u8, u32, u64; text: u32 length, UTF-8 without NUL; time: u8 present, u64
//                 nanoseconds since 1970 (two's complement); list: u32 count, elements;
//                 digest: 64 lower-case hex digits (sha256); descriptor: text, digest, u64
// Any but the first two is the last record. What follows it, an unknown kind, a length that
// does not match its fields, or a bound exceeded makes the whole stream corrupt.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "image/image.h"
#include "image/image_set.h"
#include "image/search.h"

namespace image {

struct WorkerMessage {
  std::string text;
  bool operator==(const WorkerMessage&) const = default;
};

struct WorkerProgress {  // see base::Progress
  std::string item;
  std::string state;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  bool operator==(const WorkerProgress&) const = default;
};

struct WorkerFailure {
  base::ErrorKind kind = base::ErrorKind::failure;
  std::string message;
  bool operator==(const WorkerFailure&) const = default;
};

struct WorkerResult {
  Digest named;  // what the name stands for in the registry: an index or a manifest
  Image image;   // without tags and digests
  bool operator==(const WorkerResult&) const = default;
};

struct WorkerSet {  // what a name stands for is an index
  ImageSet set;
  bool operator==(const WorkerSet&) const = default;
};

struct WorkerDisk {  // a directory's disk is written
  std::uint64_t bytes = 0;
  std::uint64_t dropped_xattrs = 0;  // see LayerDiskResult
  bool operator==(const WorkerDisk&) const = default;
};

struct LoadedImage {
  Image image;                     // without tags and digests
  std::vector<std::string> names;  // as an archive gives them, canonical; to be checked
  bool operator==(const LoadedImage&) const = default;
};

struct WorkerLoaded {  // what was in an archive, in its order
  std::vector<LoadedImage> images;
  bool operator==(const WorkerLoaded&) const = default;
};

struct WorkerSaved {  // an archive is written
  std::uint64_t bytes = 0;
  bool operator==(const WorkerSaved&) const = default;
};

struct WorkerPushed {  // the manifest that the registry has now
  Digest digest;
  std::uint64_t bytes = 0;
  bool operator==(const WorkerPushed&) const = default;
};

struct WorkerLogin {  // the registry takes the credentials
  bool operator==(const WorkerLogin&) const = default;
};

struct DamagedBlob {
  Digest blob;
  std::string problem;  // "has the digest sha256:…"
  bool operator==(const DamagedBlob&) const = default;
};

struct WorkerVerified {  // blobs were read; those that are not what they should be
  std::vector<DamagedBlob> damaged;
  bool operator==(const WorkerVerified&) const = default;
};

struct WorkerFound {  // in a registry
  std::vector<FoundImage> images;
  bool operator==(const WorkerFound&) const = default;
};

struct WorkerTags {  // of a repository
  std::vector<std::string> tags;
  bool operator==(const WorkerTags&) const = default;
};

using WorkerRecord = std::variant<WorkerMessage, WorkerProgress, WorkerFailure, WorkerResult,
                                  WorkerDisk, WorkerLoaded, WorkerSaved, WorkerPushed, WorkerLogin,
                                  WorkerSet, WorkerVerified, WorkerFound, WorkerTags>;

// With its length. Texts that are too long for a message are cut; what a result may not hold throws
// corrupt.
std::string encode(const WorkerRecord& record);

// Takes the stream apart as it comes.
class WorkerRecords {
 public:
  void feed(std::span<const std::byte> bytes);
  // nullopt until a whole record is there. Throws corrupt.
  std::optional<WorkerRecord> next();
  // Whether bytes are left over.
  bool empty() const { return buffer_.empty(); }

 private:
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace image
