#include "image/tar_entries.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"
#include "image/pax_records.h"
#include "image/stream_buffer.h"
#include "image/tar_header.h"

namespace image {

namespace {

constexpr std::uint64_t max_special_size = 1 << 20;  // as Go's archive/tar
constexpr int max_specials = 100;                    // in a row
constexpr std::size_t max_extents = 1 << 20;

std::uint32_t owner(std::int64_t id) {
  if (id < 0 || id >= std::numeric_limits<std::uint32_t>::max())
    tar_is_corrupt(fmt::format("owner {} is out of range", id));
  return static_cast<std::uint32_t>(id);
}

std::uint32_t device_number(std::int64_t number) {
  if (number < 0 || number > std::numeric_limits<std::uint32_t>::max())
    tar_is_corrupt(fmt::format("device number {} is out of range", number));
  return static_cast<std::uint32_t>(number);
}

EntryType type_of(char flag, const std::string& name) {
  struct Flag {
    char flag;
    EntryType type;
  };
  constexpr Flag flags[] = {
      {'0', EntryType::file},         {'7', EntryType::file},
      {'S', EntryType::file},         {'1', EntryType::hard_link},
      {'2', EntryType::symlink},      {'3', EntryType::character_device},
      {'4', EntryType::block_device}, {'5', EntryType::directory},
      {'6', EntryType::fifo},
  };
  if (flag == '\0') return name.ends_with('/') ? EntryType::directory : EntryType::file;
  for (const Flag& known : flags)
    if (known.flag == flag) return known.type;
  tar_is_corrupt(fmt::format("{} is of the unknown type {}", base::printable(name),
                             base::printable(std::string(1, flag))));
}

// What stands before an entry and belongs to it.
struct Specials {
  PaxRecords pax;
  std::optional<std::string> name;  // GNU's
  std::optional<std::string> link;
};

TarEntry entry_of(const TarHeader& header, const Specials& specials) {
  const PaxRecords& pax = specials.pax;
  TarEntry entry{.path = pax_text(pax, "path").value_or(header.name())};
  if (specials.name) entry.path = *specials.name;
  entry.type = type_of(header.type(), entry.path);
  entry.mode = static_cast<std::uint16_t>(header.mode() & 07777);
  entry.uid = owner(pax_number(pax, "uid").value_or(header.uid()));
  entry.gid = owner(pax_number(pax, "gid").value_or(header.gid()));
  entry.mtime = pax_number(pax, "mtime").value_or(header.mtime());
  entry.xattrs = pax_xattrs(pax);
  if (entry.type == EntryType::symlink || entry.type == EntryType::hard_link)
    entry.link_target =
        specials.link.value_or(pax_text(pax, "linkpath").value_or(header.link_name()));
  if (entry.type == EntryType::character_device || entry.type == EntryType::block_device) {
    entry.major = device_number(header.device_major());
    entry.minor = device_number(header.device_minor());
  }
  return entry;
}

}  // namespace

struct TarEntries::Impl {
  explicit Impl(ByteSource& source) : input(source) {}

  // The next block; nullopt at the end of the stream.
  std::optional<std::span<const std::byte>> peek_block();
  bool at_end_mark();
  std::string take_special(const TarHeader& header);
  void take_data_of(const TarHeader& header, const PaxRecords& pax, TarEntry& entry);
  std::vector<SparseExtent> take_old_map(const TarHeader& header, TarEntry& entry);
  std::vector<SparseExtent> take_map_in_data();
  std::uint64_t take_decimal();
  void set_map(std::vector<SparseExtent> map, std::uint64_t size);
  std::span<const std::byte> take_some(std::uint64_t most);
  void skip_rest();

  StreamBuffer input;
  // Of the current entry, of what is still to come:
  std::uint64_t stored = 0;           // bytes in the tar
  std::uint64_t padding = 0;          // behind them
  std::vector<SparseExtent> extents;  // where they belong
  std::size_t extent = 0;             // the first that is not done
};

std::optional<std::span<const std::byte>> TarEntries::Impl::peek_block() {
  const auto held = input.peek(tar_block);
  if (held.empty()) return std::nullopt;
  if (held.size() < tar_block) tar_is_corrupt("it ends too early");
  return held.first(tar_block);
}

// Two blocks of zeros, or one and the stream's end, or that end alone.
bool TarEntries::Impl::at_end_mark() {
  const auto block = peek_block();
  if (!block) return true;
  if (!is_zero_block(*block)) return false;
  input.take(tar_block);
  const auto second = peek_block();
  if (second && !is_zero_block(*second)) tar_is_corrupt("a lone block of zeros");
  while (const std::size_t held = input.peek(1).size()) input.take(held);  // tapes' padding
  return true;
}

std::span<const std::byte> TarEntries::Impl::take_some(std::uint64_t most) {
  const auto held = input.peek(1);
  if (held.empty()) tar_is_corrupt("it ends too early");
  const auto some =
      held.first(static_cast<std::size_t>(std::min<std::uint64_t>(held.size(), most)));
  input.take(some.size());
  stored -= some.size();
  return some;
}

void TarEntries::Impl::skip_rest() {
  if (!input.skip(stored + padding)) tar_is_corrupt("it ends too early");
  stored = padding = 0;
  extents.clear();
  extent = 0;
}

// The content of a header that only says something about the next.
std::string TarEntries::Impl::take_special(const TarHeader& header) {
  stored = header.size();
  if (stored > max_special_size) tar_is_corrupt("a header of more than 1 MiB");
  padding = (tar_block - stored % tar_block) % tar_block;
  std::string body;
  while (stored > 0) {
    const auto some = take_some(stored);
    body.append(reinterpret_cast<const char*>(some.data()), some.size());
  }
  skip_rest();
  return body;
}

void TarEntries::Impl::take_data_of(const TarHeader& header, const PaxRecords& pax,
                                    TarEntry& entry) {
  // Whatever size others have, nothing follows them.
  if (entry.type != EntryType::file) return;
  const auto size = pax_number(pax, "size");
  if (size && *size < 0) tar_is_corrupt("a file of negative size");
  stored = size ? static_cast<std::uint64_t>(*size) : header.size();
  if (stored > std::numeric_limits<std::int64_t>::max() - tar_block)
    tar_is_corrupt("a file of impossible size");
  padding = (tar_block - stored % tar_block) % tar_block;
  entry.size = stored;
  const PaxSparse kind = pax_sparse_kind(pax);
  if (kind != PaxSparse::none) {
    entry.path = pax_text(pax, "GNU.sparse.name").value_or(entry.path);
    const auto real_size = pax_text(pax, "GNU.sparse.size")
                               ? pax_number(pax, "GNU.sparse.size")
                               : pax_number(pax, "GNU.sparse.realsize");
    if (real_size.value_or(0) < 0) tar_is_corrupt("a file of negative size");
    if (real_size) entry.size = static_cast<std::uint64_t>(*real_size);
    set_map(kind == PaxSparse::in_data ? take_map_in_data() : pax_sparse_map(pax), entry.size);
  } else if (header.type() == 'S') {
    std::vector<SparseExtent> map = take_old_map(header, entry);
    set_map(std::move(map), entry.size);
  } else {
    extents.push_back({.offset = 0, .length = stored});
  }
}

std::vector<SparseExtent> TarEntries::Impl::take_old_map(const TarHeader& header, TarEntry& entry) {
  OldSparse part = header.old_sparse();
  entry.size = part.real_size;
  std::vector<SparseExtent> map = std::move(part.extents);
  while (part.continued && map.size() < max_extents) {
    const auto block = peek_block();
    if (!block) tar_is_corrupt("it ends too early");
    part = parse_sparse_continuation(*block);
    input.take(tar_block);
    map.insert(map.end(), part.extents.begin(), part.extents.end());
  }
  return map;
}

// A decimal number and a newline.
std::uint64_t TarEntries::Impl::take_decimal() {
  constexpr std::size_t most = 20;
  std::string digits;
  while (stored > 0 && digits.size() <= most) {
    const char next = static_cast<char>(take_some(1)[0]);
    if (next != '\n') {
      digits += next;
      continue;
    }
    if (const auto number = base::parse_number<std::uint64_t>(digits)) return *number;
    break;
  }
  tar_is_corrupt("a sparse map with an impossible number");
}

// The count, then offset and length of each, padded to a block.
std::vector<SparseExtent> TarEntries::Impl::take_map_in_data() {
  const std::uint64_t before = stored;
  const std::uint64_t count = take_decimal();
  if (count > max_extents) tar_is_corrupt("a sparse map of more than a million parts");
  std::vector<SparseExtent> map;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t offset = take_decimal();
    map.push_back({.offset = offset, .length = take_decimal()});
  }
  const std::uint64_t gap = (tar_block - (before - stored) % tar_block) % tar_block;
  if (gap > stored || !input.skip(gap)) tar_is_corrupt("it ends too early");
  stored -= gap;
  return map;
}

// In order, apart, within the file, and as much data as there is.
void TarEntries::Impl::set_map(std::vector<SparseExtent> map, std::uint64_t size) {
  if (map.size() > max_extents) tar_is_corrupt("a sparse map of more than a million parts");
  std::uint64_t end = 0;
  std::uint64_t sum = 0;
  for (const SparseExtent& part : map) {
    if (part.offset < end || part.offset > size || part.length > size - part.offset)
      tar_is_corrupt("a sparse file's map contradicts itself");
    end = part.offset + part.length;
    sum += part.length;
  }
  if (sum != stored) tar_is_corrupt("a sparse file's map promises other data than there is");
  extents = std::move(map);
}

TarEntries::TarEntries(ByteSource& source) : impl_(std::make_unique<Impl>(source)) {}

TarEntries::~TarEntries() = default;

std::optional<TarEntry> TarEntries::next() {
  impl_->skip_rest();
  Specials specials;
  for (int i = 0; i < max_specials; ++i) {
    if (i == 0 ? impl_->at_end_mark() : !impl_->peek_block()) {
      if (i > 0) tar_is_corrupt("it ends too early");
      return std::nullopt;
    }
    const TarHeader header(*impl_->peek_block());
    impl_->input.take(tar_block);
    switch (header.type()) {
      case 'x':
        specials.pax = parse_pax_records(impl_->take_special(header));
        break;
      case 'g':
      case 'V':
        impl_->take_special(header);
        break;
      case 'L':
        specials.name = impl_->take_special(header).c_str();
        break;
      case 'K':
        specials.link = impl_->take_special(header).c_str();
        break;
      default: {
        TarEntry entry = entry_of(header, specials);
        impl_->take_data_of(header, specials.pax, entry);
        return entry;
      }
    }
  }
  tar_is_corrupt("headers about headers without end");
}

std::optional<TarData> TarEntries::next_data() {
  while (impl_->extent < impl_->extents.size()) {
    SparseExtent& extent = impl_->extents[impl_->extent];
    if (extent.length == 0) {
      ++impl_->extent;
      continue;
    }
    const auto bytes = impl_->take_some(extent.length);
    const std::uint64_t offset = extent.offset;
    extent.offset += bytes.size();
    extent.length -= bytes.size();
    return TarData{.offset = offset, .bytes = bytes};
  }
  return std::nullopt;
}

}  // namespace image
