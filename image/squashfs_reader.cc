#include "image/squashfs_reader.h"

#include <fmt/core.h>
#include <sqfs/compressor.h>
#include <sqfs/data_reader.h>
#include <sqfs/dir.h>
#include <sqfs/id_table.h>
#include <sqfs/meta_reader.h>
#include <sqfs/super.h>
#include <sqfs/xattr.h>
#include <sqfs/xattr_reader.h>
#include <sys/stat.h>

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "base/error.h"
#include "image/sqfs_object.h"
#include "image/squashfs_inode.h"

namespace image {

namespace {

constexpr std::uint32_t no_xattrs = 0xffffffff;

using Listing = std::map<std::string, SquashfsReader::Reference, std::less<>>;

std::uint64_t file_size(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) base::throw_errno("reading a layer's disk");
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

bool SquashfsInode::is_opaque() const {
  return std::any_of(xattrs.begin(), xattrs.end(), [](const Xattr& xattr) {
    return xattr.name == "trusted.overlay.opaque" && xattr.value == "y";
  });
}

struct SquashfsReader::Impl {
  explicit Impl(int fd);

  void check(int result) const { file.check(result, "reading a layer's disk"); }
  template <typename Object>
  Object* made(Object* object) const {
    return file.made(object, "reading a layer's disk");
  }
  InodeMemory load(Reference reference);
  const Listing& listing(Reference directory);
  std::vector<Xattr> xattrs_of(const sqfs_inode_generic_t& inode);

  SqfsFile file;
  sqfs_super_t super{};
  SqfsPtr<sqfs_compressor_t> compressor;
  SqfsPtr<sqfs_id_table_t> ids;
  SqfsPtr<sqfs_meta_reader_t> inodes;
  SqfsPtr<sqfs_meta_reader_t> directories;
  SqfsPtr<sqfs_data_reader_t> data;
  SqfsPtr<sqfs_xattr_reader_t> xattrs;
  // Directories that were looked into, whole: squashfs itself only searches from the start.
  std::unordered_map<Reference, Listing> listings;
  Reference open_reference = std::numeric_limits<Reference>::max();
  InodeMemory open_file;
};

SquashfsReader::Impl::Impl(int fd) : file(fd, file_size(fd), std::numeric_limits<off_t>::max()) {
  check(sqfs_super_read(&super, file.get()));
  sqfs_compressor_config_t config{};
  check(sqfs_compressor_config_init(&config, static_cast<SQFS_COMPRESSOR>(super.compression_id),
                                    super.block_size, SQFS_COMP_FLAG_UNCOMPRESS));
  sqfs_compressor_t* made_compressor = nullptr;
  check(sqfs_compressor_create(&config, &made_compressor));
  compressor.reset(made_compressor);
  if ((super.flags & SQFS_FLAG_COMPRESSOR_OPTIONS) != 0)
    check(compressor->read_options(compressor.get(), file.get()));
  ids.reset(made(sqfs_id_table_create(0)));
  check(sqfs_id_table_read(ids.get(), file.get(), &super, compressor.get()));
  inodes.reset(made(sqfs_meta_reader_create(file.get(), compressor.get(), super.inode_table_start,
                                            super.directory_table_start)));
  const std::uint64_t directories_end =
      std::min({super.id_table_start, super.fragment_table_start, super.export_table_start});
  directories.reset(made(sqfs_meta_reader_create(file.get(), compressor.get(),
                                                 super.directory_table_start, directories_end)));
  data.reset(made(sqfs_data_reader_create(file.get(), super.block_size, compressor.get(), 0)));
  check(sqfs_data_reader_load_fragment_table(data.get(), &super));
  if ((super.flags & SQFS_FLAG_NO_XATTRS) == 0) {
    xattrs.reset(made(sqfs_xattr_reader_create(0)));
    check(sqfs_xattr_reader_load(xattrs.get(), &super, file.get(), compressor.get()));
  }
}

InodeMemory SquashfsReader::Impl::load(Reference reference) {
  sqfs_inode_generic_t* loaded = nullptr;
  check(sqfs_meta_reader_read_inode(inodes.get(), &super, reference >> 16, reference & 0xffff,
                                    &loaded));
  return InodeMemory(loaded);
}

const Listing& SquashfsReader::Impl::listing(Reference directory) {
  const auto [found, is_new] = listings.try_emplace(directory);
  if (!is_new) return found->second;
  const InodeMemory inode = load(directory);
  if (entry_type_of(*inode) != EntryType::directory) return found->second;
  sqfs_readdir_state_t state{};
  check(sqfs_readdir_state_init(&state, &super, inode.get()));
  for (;;) {
    sqfs_dir_entry_t* read_entry = nullptr;
    sqfs_u32 number = 0;
    sqfs_u64 reference = 0;
    const int result =
        sqfs_meta_reader_readdir(directories.get(), &state, &read_entry, &number, &reference);
    check(result);
    if (result > 0) return found->second;
    const SqfsMemory<sqfs_dir_entry_t> entry(read_entry);
    const auto* name = reinterpret_cast<const char*>(entry->name);
    found->second.emplace(std::string(name, entry->size + std::size_t{1}), reference);
  }
}

std::vector<Xattr> SquashfsReader::Impl::xattrs_of(const sqfs_inode_generic_t& inode) {
  std::uint32_t index = no_xattrs;
  check(sqfs_inode_get_xattr_index(&inode, &index));
  if (index == no_xattrs || !xattrs) return {};
  sqfs_xattr_id_t set{};
  check(sqfs_xattr_reader_get_desc(xattrs.get(), index, &set));
  check(sqfs_xattr_reader_seek_kv(xattrs.get(), &set));
  std::vector<Xattr> result;
  for (std::uint32_t i = 0; i < set.count; ++i) {
    sqfs_xattr_entry_t* read_key = nullptr;
    check(sqfs_xattr_reader_read_key(xattrs.get(), &read_key));
    const SqfsMemory<sqfs_xattr_entry_t> key(read_key);
    sqfs_xattr_value_t* read_value = nullptr;
    check(sqfs_xattr_reader_read_value(xattrs.get(), key.get(), &read_value));
    const SqfsMemory<sqfs_xattr_value_t> value(read_value);
    result.push_back({.name = reinterpret_cast<const char*>(key->key),
                      .value = {reinterpret_cast<const char*>(value->value), value->size}});
  }
  return result;
}

SquashfsReader::SquashfsReader(int fd) : impl_(std::make_unique<Impl>(fd)) {}
SquashfsReader::~SquashfsReader() = default;
SquashfsReader::SquashfsReader(SquashfsReader&&) noexcept = default;

SquashfsReader::Reference SquashfsReader::root() const { return impl_->super.root_inode_ref; }

SquashfsInode SquashfsReader::inode(Reference reference) {
  const InodeMemory from = impl_->load(reference);
  SquashfsInode inode{.type = entry_type_of(*from)};
  inode.mode = from->base.mode & 07777;
  impl_->check(sqfs_id_table_index_to_id(impl_->ids.get(), from->base.uid_idx, &inode.uid));
  impl_->check(sqfs_id_table_index_to_id(impl_->ids.get(), from->base.gid_idx, &inode.gid));
  inode.mtime = from->base.mod_time;
  inode.number = from->base.inode_number;
  inode.links = links_of(*from);
  if (inode.type == EntryType::file) {
    impl_->check(sqfs_inode_get_file_size(from.get(), &inode.size));
  } else if (inode.type == EntryType::symlink) {
    inode.target = {reinterpret_cast<const char*>(from->extra), from->data.slink.target_size};
  } else if (inode.type == EntryType::character_device || inode.type == EntryType::block_device) {
    const std::uint32_t device = from->data.dev.devno;
    inode.major = device_major(device);
    inode.minor = device_minor(device);
  }
  inode.xattrs = impl_->xattrs_of(*from);
  return inode;
}

std::optional<SquashfsReader::Reference> SquashfsReader::find(Reference directory,
                                                              std::string_view name) {
  const Listing& listing = impl_->listing(directory);
  const auto entry = listing.find(name);
  if (entry == listing.end()) return std::nullopt;
  return entry->second;
}

std::vector<std::pair<std::string, SquashfsReader::Reference>> SquashfsReader::list(
    Reference directory) {
  const Listing& listing = impl_->listing(directory);
  return {listing.begin(), listing.end()};
}

std::size_t SquashfsReader::read(Reference file, std::uint64_t offset,
                                 std::span<std::byte> buffer) {
  if (impl_->open_reference != file) {
    impl_->open_file = impl_->load(file);
    impl_->open_reference = file;
  }
  if (entry_type_of(*impl_->open_file) != EntryType::file) return 0;
  constexpr std::size_t most = 1 << 30;
  const sqfs_s32 count =
      sqfs_data_reader_read(impl_->data.get(), impl_->open_file.get(), offset, buffer.data(),
                            static_cast<sqfs_u32>(std::min(buffer.size(), most)));
  impl_->check(count);
  return static_cast<std::size_t>(count);
}

}  // namespace image
