#include "image/archive_contents.h"

#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "image/inflate.h"
#include "image/sha256.h"

namespace image {
namespace {

constexpr std::size_t most_entries = 65536;
constexpr int longest_chain = 16;  // of links
constexpr std::string_view blob_prefix = "blobs/sha256/";

[[noreturn]] void corrupt(const std::string& message) {
  throw base::Error(base::ErrorKind::corrupt, message);
}

// Without ".", "..", and empty parts: "a/b" for "./a//c/../b". Above the top is the top.
std::string normalized(std::string_view path) {
  std::vector<std::string> kept;
  for (std::string& part : base::split(path, '/')) {
    if (part == ".." && !kept.empty()) kept.pop_back();
    if (!part.empty() && part != "." && part != "..") kept.push_back(std::move(part));
  }
  return base::join(kept, "/");
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

std::string target_of(const std::string& path, const TarEntry& entry) {
  const bool relative = entry.type == EntryType::symlink && !entry.link_target.starts_with('/');
  return normalized(relative ? directory_of(path) + entry.link_target : entry.link_target);
}

// The digest that a path promises.
std::optional<Digest> promised(std::string_view path) {
  if (!path.starts_with(blob_prefix)) return std::nullopt;
  return Digest::sha256(path.substr(blob_prefix.size()));
}

// A file's content as it comes. Nobody writes images with holes, which would take no room in the
// archive and any of the disk.
class Content {
 public:
  explicit Content(base::UniqueFd file) : file_(std::move(file)) {}

  void put(const TarData& piece) {
    if (piece.offset != size_) corrupt("it is sparse");
    hash_.update(piece.bytes);
    base::write_all(file_.get(), piece.bytes);
    size_ += piece.bytes.size();
  }
  void end(std::uint64_t size) const {
    if (size != size_) corrupt("it is sparse");
  }
  std::uint64_t size() const { return size_; }
  Digest digest() { return hash_.finish(); }

 private:
  base::UniqueFd file_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
};

}  // namespace

void ArchiveContents::read(ByteSource& archive, base::Progress& progress) {
  Inflate tar(archive);
  TarEntries entries(tar);
  while (const auto entry = entries.next()) {
    if (++count_ > most_entries) corrupt("it has more than 65536 entries");
    take(*entry, entries, progress);
  }
}

void ArchiveContents::take(const TarEntry& entry, TarEntries& entries, base::Progress& progress) {
  const std::string path = normalized(entry.path);
  if (path.empty() || !base::is_utf8(path)) return;
  blobs_.erase(path);
  links_.erase(path);
  if (entry.type == EntryType::file)
    base::doing(base::printable(path, 200), [&] { take_file(path, entry, entries, progress); });
  else if (entry.type == EntryType::symlink || entry.type == EntryType::hard_link)
    links_[path] = target_of(path, entry);
}

void ArchiveContents::take_file(const std::string& path, const TarEntry& entry, TarEntries& entries,
                                base::Progress& progress) {
  const std::string key = std::to_string(count_);
  const std::string item = base::printable(path, 64);
  Content content(files_.create_unnamed_blob(key));
  while (const auto piece = entries.next_data()) {
    content.put(*piece);
    progress.update(item, "Reading", content.size(), entry.size);
  }
  content.end(entry.size);
  const Descriptor blob{.media_type = {}, .digest = content.digest(), .bytes = content.size()};
  const auto wanted = promised(path);
  if (wanted && *wanted != blob.digest) corrupt("its digest is " + blob.digest.text());
  files_.name_blob(key, blob);
  blobs_[path] = blob;
  progress.update(item, "Read", 0, 0);
}

std::optional<Descriptor> ArchiveContents::find(std::string_view path) const {
  std::string wanted = normalized(path);
  for (int steps = 0; steps < longest_chain; ++steps) {
    if (const auto blob = blobs_.find(wanted); blob != blobs_.end()) return blob->second;
    const auto link = links_.find(wanted);
    if (link == links_.end()) break;
    wanted = link->second;
  }
  return std::nullopt;
}

std::optional<Descriptor> ArchiveContents::find(const Digest& digest) const {
  return find(std::string(blob_prefix) + digest.hex);
}

std::string ArchiveContents::read_blob(const Descriptor& blob, std::size_t limit) const {
  if (blob.bytes > limit) corrupt("it is larger than " + std::to_string(limit) + " bytes");
  return base::read_to_end(files_.open_blob(blob).get(), limit);
}

}  // namespace image
