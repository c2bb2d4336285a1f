#include "image/tar_entries.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <exception>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace image {

namespace {

constexpr std::size_t read_size = 256 * 1024;

struct FreeArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

[[noreturn]] void corrupt(std::string_view what) {
  throw base::Error(base::ErrorKind::corrupt, fmt::format("not a sound tar archive: {}", what));
}

std::uint32_t owner(std::int64_t id) {
  if (id < 0 || id >= std::numeric_limits<std::uint32_t>::max())
    corrupt(fmt::format("owner {} is out of range", id));
  return static_cast<std::uint32_t>(id);
}

std::string text(const char* bytes) { return bytes == nullptr ? std::string() : bytes; }

EntryType type_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return EntryType::hard_link;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return EntryType::file;
    case AE_IFDIR:
      return EntryType::directory;
    case AE_IFLNK:
      return EntryType::symlink;
    case AE_IFCHR:
      return EntryType::character_device;
    case AE_IFBLK:
      return EntryType::block_device;
    case AE_IFIFO:
      return EntryType::fifo;
    default:
      corrupt("an entry of unknown type");
  }
}

std::vector<Xattr> xattrs_of(archive_entry* entry) {
  std::vector<Xattr> xattrs;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  archive_entry_xattr_reset(entry);
  while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK)
    if (name != nullptr)
      xattrs.push_back({.name = name, .value = {static_cast<const char*>(value), size}});
  return xattrs;
}

std::vector<SparseExtent> extents_of(archive_entry* entry) {
  std::vector<SparseExtent> extents;
  std::int64_t offset = 0;
  std::int64_t length = 0;
  archive_entry_sparse_reset(entry);
  while (archive_entry_sparse_next(entry, &offset, &length) == ARCHIVE_OK)
    extents.push_back({.offset = static_cast<std::uint64_t>(offset),
                       .length = static_cast<std::uint64_t>(length)});
  return extents;
}

TarEntry entry_of(archive_entry* from) {
  const char* path = archive_entry_pathname(from);
  if (path == nullptr) corrupt("an entry without a name");
  TarEntry entry{.path = path, .type = type_of(from)};
  entry.mode = static_cast<std::uint16_t>(archive_entry_perm(from) & 07777);
  entry.uid = owner(archive_entry_uid(from));
  entry.gid = owner(archive_entry_gid(from));
  entry.mtime = archive_entry_mtime(from);
  entry.xattrs = xattrs_of(from);
  switch (entry.type) {
    case EntryType::file:
      if (archive_entry_size(from) < 0) corrupt("a file of negative size");
      entry.size = static_cast<std::uint64_t>(archive_entry_size(from));
      entry.extents = extents_of(from);
      break;
    case EntryType::symlink:
      entry.link_target = text(archive_entry_symlink(from));
      break;
    case EntryType::hard_link:
      entry.link_target = text(archive_entry_hardlink(from));
      break;
    default:
      entry.major = static_cast<std::uint32_t>(archive_entry_rdevmajor(from));
      entry.minor = static_cast<std::uint32_t>(archive_entry_rdevminor(from));
  }
  return entry;
}

}  // namespace

struct TarEntries::Impl {
  explicit Impl(ByteSource& from) : source(from), buffer(read_size) {}

  // libarchive calls it; no exception may pass through C.
  static la_ssize_t pull(archive* reader, void* self, const void** bytes) noexcept;
  // Throws what made libarchive stop, the source's own failure before anything else.
  void check(int result);
  void drain();

  ByteSource& source;
  std::vector<std::byte> buffer;
  std::exception_ptr failure;
  std::unique_ptr<archive, FreeArchive> reader;
  std::uint64_t size = 0;      // of the current entry
  std::uint64_t position = 0;  // behind the last piece of it
};

la_ssize_t TarEntries::Impl::pull(archive* reader, void* self, const void** bytes) noexcept {
  auto& impl = *static_cast<Impl*>(self);
  try {
    *bytes = impl.buffer.data();
    return static_cast<la_ssize_t>(impl.source.read(impl.buffer));
  } catch (...) {
    impl.failure = std::current_exception();
    archive_set_error(reader, EIO, "the source failed");
    return -1;
  }
}

void TarEntries::Impl::check(int result) {
  if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
  if (result == ARCHIVE_OK || result == ARCHIVE_WARN || result == ARCHIVE_EOF) return;
  const char* why = archive_error_string(reader.get());
  corrupt(base::printable(why == nullptr ? "unknown" : why));
}

// Padding behind the end-of-archive mark.
void TarEntries::Impl::drain() {
  while (source.read(buffer) > 0) {
  }
}

TarEntries::TarEntries(ByteSource& source) : impl_(std::make_unique<Impl>(source)) {
  archive* reader = archive_read_new();
  if (reader == nullptr) throw base::Error(base::ErrorKind::unavailable, "out of memory");
  impl_->reader.reset(reader);
  impl_->check(archive_read_support_format_empty(reader));
  impl_->check(archive_read_support_format_tar(reader));
  impl_->check(archive_read_open(reader, impl_.get(), nullptr, &Impl::pull, nullptr));
}

TarEntries::~TarEntries() = default;

std::optional<TarEntry> TarEntries::next() {
  archive_entry* found = nullptr;
  const int result = archive_read_next_header(impl_->reader.get(), &found);
  impl_->check(result);
  if (result == ARCHIVE_EOF) {
    impl_->drain();
    return std::nullopt;
  }
  TarEntry entry = entry_of(found);
  impl_->size = entry.size;
  impl_->position = 0;
  return entry;
}

std::optional<TarData> TarEntries::next_data() {
  for (;;) {
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int result = archive_read_data_block(impl_->reader.get(), &bytes, &size, &offset);
    impl_->check(result);
    if (result == ARCHIVE_EOF) return std::nullopt;
    if (size == 0) continue;
    const auto start = static_cast<std::uint64_t>(offset);
    if (offset < 0 || start < impl_->position || start > impl_->size || size > impl_->size - start)
      corrupt("a sparse file's map contradicts itself");
    impl_->position = start + size;
    return TarData{.offset = start, .bytes = {static_cast<const std::byte*>(bytes), size}};
  }
}

}  // namespace image
