#include "image/squashfs_writer.h"

#include <endian.h>
#include <sqfs/dir_writer.h>
#include <sqfs/id_table.h>
#include <sqfs/meta_writer.h>
#include <sqfs/super.h>
#include <sqfs/xattr_writer.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "image/sqfs_compressor.h"
#include "image/squashfs_contents.h"
#include "image/squashfs_inode.h"

namespace image {

namespace {

constexpr std::uint32_t no_xattrs = 0xffffffff;
constexpr std::uint32_t no_fragment = 0xffffffff;
// A directory's index for quick look-ups may have 65535 parts, of at least 13 bytes each. Linux can
// do without it.
constexpr std::size_t max_index_bytes = std::size_t{0xffff} * 13;
constexpr std::size_t padded_to = 4096;
constexpr std::uint32_t zstd_level = 3;

sqfs_compressor_config_t compressor_config(const SquashfsOptions& options) {
  const auto id = options.compression == DiskCompression::zstd ? SQFS_COMP_ZSTD : SQFS_COMP_LZ4;
  sqfs_compressor_config_t config{};
  if (!std::has_single_bit(options.block_size) || options.block_size < SQFS_MIN_BLOCK_SIZE ||
      options.block_size > SQFS_MAX_BLOCK_SIZE ||
      sqfs_compressor_config_init(&config, id, options.block_size, 0) != 0)
    throw base::Error(base::ErrorKind::usage, "squashfs has no such block size or compression");
  if (id == SQFS_COMP_ZSTD) config.level = zstd_level;
  return config;
}

}  // namespace

struct SquashfsWriter::Impl {
  Impl(int fd, const SquashfsOptions& options);

  void check(int result) const { file.check(result, "writing the disk"); }
  template <typename Object>
  Object* made(Object* object) const {
    return file.made(object, "writing the disk");
  }
  void start_file();
  std::uint16_t index_of_id(std::uint32_t id);
  std::uint32_t store_xattrs(std::span<const Xattr> xattrs);
  InodePlace write(sqfs_inode_generic_t& inode, const InodeHead& head, std::uint16_t format);
  void write_block_list(const Content& content, std::size_t stored);

  SqfsFile file;
  sqfs_super_t super{};
  SqfsPtr<sqfs_compressor_t> compressor;
  SqfsPtr<sqfs_compressor_t> decompressor;
  SqfsPtr<sqfs_frag_table_t> fragments;
  SqfsPtr<sqfs_id_table_t> ids;
  std::unordered_map<std::uint32_t, std::uint16_t> id_indexes;
  SqfsPtr<sqfs_xattr_writer_t> xattr_writer;
  SqfsPtr<sqfs_meta_writer_t> inode_table;
  SqfsPtr<sqfs_meta_writer_t> directory_table;
  SqfsPtr<sqfs_dir_writer_t> directory;
  std::unique_ptr<SquashfsContents> contents;
};

SquashfsWriter::Impl::Impl(int fd, const SquashfsOptions& options)
    : file(fd, 0, options.max_bytes) {
  sqfs_compressor_config_t config = compressor_config(options);
  sqfs_compressor_t* made_compressor = nullptr;
  check(sqfs_compressor_create(&config, &made_compressor));
  compressor = never_growing(SqfsPtr<sqfs_compressor_t>(made_compressor));
  config.flags |= SQFS_COMP_FLAG_UNCOMPRESS;
  check(sqfs_compressor_create(&config, &made_compressor));
  decompressor.reset(made_compressor);
  // The time of the file system's making is nobody's business: same input, same bytes.
  check(sqfs_super_init(&super, options.block_size, 0, static_cast<SQFS_COMPRESSOR>(config.id)));
  start_file();
  fragments.reset(made(sqfs_frag_table_create(0)));
  ids.reset(made(sqfs_id_table_create(0)));
  xattr_writer.reset(made(sqfs_xattr_writer_create(0)));
  contents = std::make_unique<SquashfsContents>(options, file, compressor.get(), decompressor.get(),
                                                fragments.get());
}

// Room for the super block, and the compressor's options behind it (lz4 always has some).
void SquashfsWriter::Impl::start_file() {
  check(sqfs_super_write(&super, file.get()));
  const int options_size = compressor->write_options(compressor.get(), file.get());
  check(options_size);
  if (options_size > 0) super.flags |= SQFS_FLAG_COMPRESSOR_OPTIONS;
}

// libsquashfs searches its table from the start.
std::uint16_t SquashfsWriter::Impl::index_of_id(std::uint32_t id) {
  const auto [known, is_new] = id_indexes.try_emplace(id);
  if (is_new) check(sqfs_id_table_id_to_index(ids.get(), id, &known->second));
  return known->second;
}

std::uint32_t SquashfsWriter::Impl::store_xattrs(std::span<const Xattr> xattrs) {
  if (xattrs.empty()) return no_xattrs;
  std::uint32_t index = no_xattrs;
  check(sqfs_xattr_writer_begin(xattr_writer.get(), 0));
  for (const Xattr& xattr : xattrs)
    check(sqfs_xattr_writer_add(xattr_writer.get(), xattr.name.c_str(), xattr.value.data(),
                                xattr.value.size()));
  check(sqfs_xattr_writer_end(xattr_writer.get(), &index));
  return index;
}

InodePlace SquashfsWriter::Impl::write(sqfs_inode_generic_t& inode, const InodeHead& head,
                                       std::uint16_t format) {
  inode.base.mode = static_cast<std::uint16_t>(format | (head.permissions & 07777));
  inode.base.inode_number = head.number;
  inode.base.mod_time = head.mtime;
  inode.base.uid_idx = index_of_id(head.uid);
  inode.base.gid_idx = index_of_id(head.gid);
  set_links(inode, head.links);
  if (const std::uint32_t xattrs = store_xattrs(head.xattrs); xattrs != no_xattrs)
    check(sqfs_inode_set_xattr_index(&inode, xattrs));
  std::uint64_t block = 0;
  std::uint32_t offset = 0;
  sqfs_meta_writer_get_position(inode_table.get(), &block, &offset);
  check(sqfs_meta_writer_write_inode(inode_table.get(), &inode));
  return {.reference = block << 16 | offset, .number = head.number, .format = format};
}

// Behind a file's inode: the size of each of its blocks on the disk, 0 for those that are skipped.
void SquashfsWriter::Impl::write_block_list(const Content& content, std::size_t stored) {
  constexpr std::array<std::uint32_t, 1024> zeros{};
  std::size_t done = 0;
  const auto write_until = [&](std::size_t end) {
    for (; done < end; ++done) {
      const std::uint32_t size = htole32(content.inode->extra[done]);
      check(sqfs_meta_writer_append(inode_table.get(), &size, sizeof(size)));
    }
  };
  for (const SkippedBlocks& run : content.skipped) {
    write_until(run.before);
    for (std::uint64_t rest = run.count; rest > 0;) {
      const auto step = std::min<std::uint64_t>(rest, zeros.size());
      check(sqfs_meta_writer_append(inode_table.get(), zeros.data(), step * sizeof(zeros[0])));
      rest -= step;
    }
  }
  write_until(stored);
}

SquashfsWriter::SquashfsWriter(int fd, const SquashfsOptions& options)
    : impl_(std::make_unique<Impl>(fd, options)) {}

SquashfsWriter::~SquashfsWriter() = default;

void SquashfsWriter::begin_content() { impl_->contents->begin(); }

void SquashfsWriter::append(std::span<const std::byte> bytes) { impl_->contents->append(bytes); }

void SquashfsWriter::append_hole(std::uint64_t length) { impl_->contents->append_hole(length); }

ContentId SquashfsWriter::end_content() { return impl_->contents->end(); }

void SquashfsWriter::end_contents() {
  impl_->contents->finish();
  impl_->super.inode_table_start = impl_->file.size();
  impl_->inode_table.reset(
      impl_->made(sqfs_meta_writer_create(impl_->file.get(), impl_->compressor.get(), 0)));
  impl_->directory_table.reset(impl_->made(sqfs_meta_writer_create(
      impl_->file.get(), impl_->compressor.get(), SQFS_META_WRITER_KEEP_IN_MEMORY)));
  impl_->directory.reset(impl_->made(sqfs_dir_writer_create(impl_->directory_table.get(), 0)));
}

InodePlace SquashfsWriter::write_file(const InodeHead& head, ContentId id) {
  if (id == ContentId::empty) {
    const InodeMemory inode = new_inode(SQFS_INODE_FILE);
    sqfs_inode_set_frag_location(inode.get(), no_fragment, no_fragment);
    return impl_->write(*inode, head, S_IFREG);
  }
  const Content content = impl_->contents->take(id);
  // The list of blocks by our own hand: libsquashfs 1.2.0 would copy all of it to the stack.
  const std::size_t stored = sqfs_inode_get_file_block_count(content.inode.get());
  content.inode->payload_bytes_used = 0;
  const InodePlace place = impl_->write(*content.inode, head, S_IFREG);
  impl_->write_block_list(content, stored);
  return place;
}

InodePlace SquashfsWriter::write_symlink(const InodeHead& head, std::string_view target) {
  const InodeMemory inode = new_inode(SQFS_INODE_SLINK, target.size());
  inode->data.slink.target_size = static_cast<std::uint32_t>(target.size());
  inode->payload_bytes_used = static_cast<std::uint32_t>(target.size());
  std::memcpy(inode->extra, target.data(), target.size());
  return impl_->write(*inode, head, S_IFLNK);
}

InodePlace SquashfsWriter::write_device(const InodeHead& head, EntryType type, std::uint32_t major,
                                        std::uint32_t minor) {
  const bool block = type == EntryType::block_device;
  const InodeMemory inode = new_inode(block ? SQFS_INODE_BDEV : SQFS_INODE_CDEV);
  inode->data.dev.devno = encode_device(major, minor);
  return impl_->write(*inode, head, block ? S_IFBLK : S_IFCHR);
}

InodePlace SquashfsWriter::write_fifo(const InodeHead& head) {
  return impl_->write(*new_inode(SQFS_INODE_FIFO), head, S_IFIFO);
}

void SquashfsWriter::begin_directory() {
  impl_->check(sqfs_dir_writer_begin(impl_->directory.get(), 0));
}

void SquashfsWriter::add_name(std::string_view name, const InodePlace& place) {
  impl_->check(sqfs_dir_writer_add_entry(impl_->directory.get(), std::string(name).c_str(),
                                         place.number, place.reference, place.format));
}

InodePlace SquashfsWriter::end_directory(const InodeHead& head, std::uint32_t parent) {
  sqfs_dir_writer_t* directory = impl_->directory.get();
  impl_->check(sqfs_dir_writer_end(directory));
  const InodeMemory inode(
      impl_->made(sqfs_dir_writer_create_inode(directory, 0, no_xattrs, parent)));
  if (inode->base.type == SQFS_INODE_EXT_DIR && inode->payload_bytes_used > max_index_bytes) {
    inode->data.dir_ext.inodex_count = 0;
    inode->payload_bytes_used = 0;
  }
  return impl_->write(*inode, head, S_IFDIR);
}

std::uint64_t SquashfsWriter::finish(const InodePlace& root, std::uint32_t inodes) {
  sqfs_super_t& super = impl_->super;
  sqfs_file_t* file = impl_->file.get();
  sqfs_compressor_t* compressor = impl_->compressor.get();
  impl_->check(sqfs_meta_writer_flush(impl_->inode_table.get()));
  impl_->check(sqfs_meta_writer_flush(impl_->directory_table.get()));
  super.directory_table_start = impl_->file.size();
  impl_->check(sqfs_meta_write_write_to_file(impl_->directory_table.get()));
  impl_->check(sqfs_frag_table_write(impl_->fragments.get(), file, &super, compressor));
  impl_->check(sqfs_id_table_write(impl_->ids.get(), file, &super, compressor));
  impl_->check(sqfs_xattr_writer_flush(impl_->xattr_writer.get(), file, &super, compressor));
  super.root_inode_ref = root.reference;
  super.inode_count = inodes;
  super.bytes_used = impl_->file.size();
  impl_->check(sqfs_super_write(&super, file));
  constexpr std::array<char, padded_to> zeros{};
  if (const std::size_t tail = super.bytes_used % zeros.size(); tail != 0)
    impl_->check(file->write_at(file, super.bytes_used, zeros.data(), zeros.size() - tail));
  return impl_->file.size();
}

}  // namespace image
