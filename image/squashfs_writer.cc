#include "image/squashfs_writer.h"

#include <endian.h>
#include <sqfs/block.h>
#include <sqfs/block_processor.h>
#include <sqfs/block_writer.h>
#include <sqfs/compressor.h>
#include <sqfs/dir_writer.h>
#include <sqfs/frag_table.h>
#include <sqfs/id_table.h>
#include <sqfs/inode.h>
#include <sqfs/meta_writer.h>
#include <sqfs/super.h>
#include <sqfs/xattr_writer.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "image/sqfs_compressor.h"
#include "image/sqfs_object.h"

namespace image {

namespace {

constexpr std::uint32_t no_xattrs = 0xffffffff;
constexpr std::uint32_t no_fragment = 0xffffffff;
constexpr std::uint32_t max_directory_indexes = 0xffff;
constexpr std::size_t device_block = 4096;
constexpr unsigned blocks_in_flight_per_thread = 10;

// Whole blocks of zeros that never went through the block processor.
struct SkippedBlocks {
  std::uint64_t before = 0;  // index among the blocks that did
  std::uint64_t count = 0;
};

struct Content {
  sqfs_inode_generic_t* inode = nullptr;  // the block processor's until end_contents()
  std::vector<SkippedBlocks> skipped;
};

sqfs_compressor_config_t compressor_config(const SquashfsOptions& options) {
  const auto id = options.compression == DiskCompression::zstd ? SQFS_COMP_ZSTD : SQFS_COMP_LZ4;
  sqfs_compressor_config_t config{};
  if (!std::has_single_bit(options.block_size) || options.block_size < SQFS_MIN_BLOCK_SIZE ||
      options.block_size > SQFS_MAX_BLOCK_SIZE ||
      sqfs_compressor_config_init(&config, id, options.block_size, 0) != 0)
    throw base::Error(base::ErrorKind::usage, "squashfs has no such block size or compression");
  if (id == SQFS_COMP_ZSTD) config.level = 3;
  return config;
}

// The extended form of an inode has room for links and xattrs; the index stays free for both.
std::uint16_t format_of(EntryType type) {
  switch (type) {
    case EntryType::directory:
      return S_IFDIR;
    case EntryType::symlink:
      return S_IFLNK;
    case EntryType::character_device:
      return S_IFCHR;
    case EntryType::block_device:
      return S_IFBLK;
    case EntryType::fifo:
      return S_IFIFO;
    case EntryType::file:
    case EntryType::hard_link:
      break;
  }
  return S_IFREG;
}

// As the kernel's new_encode_dev().
std::uint32_t encode_device(std::uint32_t major, std::uint32_t minor) {
  return (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~std::uint32_t{0xff}) << 12);
}

SqfsMemory<sqfs_inode_generic_t> new_inode(std::size_t payload) {
  void* memory = std::calloc(1, sizeof(sqfs_inode_generic_t) + payload);
  if (memory == nullptr) throw base::Error(base::ErrorKind::unavailable, "out of memory");
  SqfsMemory<sqfs_inode_generic_t> inode(static_cast<sqfs_inode_generic_t*>(memory));
  inode->payload_bytes_available = static_cast<std::uint32_t>(payload);
  return inode;
}

// Makes room in the inode's numbers for blocks that were skipped.
void count_skipped(const Content& content, std::uint32_t block_size) {
  std::uint64_t skipped = 0;
  for (const SkippedBlocks& run : content.skipped) skipped += run.count;
  if (skipped == 0) return;
  std::uint64_t size = 0;
  sqfs_inode_get_file_size(content.inode, &size);
  sqfs_inode_make_extended(content.inode);
  sqfs_inode_set_file_size(content.inode, size + skipped * block_size);
  content.inode->data.file_ext.sparse += skipped * block_size;
}

void set_links(sqfs_inode_generic_t& inode, std::uint32_t links) {
  switch (inode.base.type) {
    case SQFS_INODE_FILE:  // has no count: one link
      if (links == 1) return;
      sqfs_inode_make_extended(&inode);
      inode.data.file_ext.nlink = links;
      return;
    case SQFS_INODE_EXT_FILE:
      inode.data.file_ext.nlink = links;
      return;
    case SQFS_INODE_SLINK:
      inode.data.slink.nlink = links;
      return;
    case SQFS_INODE_BDEV:
    case SQFS_INODE_CDEV:
      inode.data.dev.nlink = links;
      return;
    case SQFS_INODE_FIFO:
      inode.data.ipc.nlink = links;
      return;
    case SQFS_INODE_DIR:
      inode.data.dir.nlink = links;
      return;
    case SQFS_INODE_EXT_DIR:
      inode.data.dir_ext.nlink = links;
      return;
    default:
      assert(false);
  }
}

}  // namespace

struct SquashfsWriter::Impl {
  Impl(int fd, const SquashfsOptions& options);
  ~Impl();

  void check(int result) const { file.check(result, "writing the disk"); }
  template <typename Object>
  Object* made(Object* object) const {
    return file.made(object, "writing the disk");
  }
  void start_file();
  void append(const void* data, std::size_t size);
  std::uint16_t index_of_id(std::uint32_t id);
  std::uint32_t store_xattrs(std::span<const Xattr> xattrs);
  InodePlace write(sqfs_inode_generic_t& inode, const InodeHead& head, std::uint16_t format);
  void write_block_list(const Content& content, std::size_t stored);

  SquashfsOptions options;
  SqfsFile file;
  sqfs_super_t super{};
  SqfsPtr<sqfs_compressor_t> compressor;
  SqfsPtr<sqfs_compressor_t> decompressor;
  SqfsPtr<sqfs_block_writer_t> block_writer;
  SqfsPtr<sqfs_frag_table_t> fragments;
  SqfsPtr<sqfs_id_table_t> ids;
  std::unordered_map<std::uint32_t, std::uint16_t> id_indexes;
  SqfsPtr<sqfs_xattr_writer_t> xattr_writer;
  SqfsPtr<sqfs_meta_writer_t> inode_table;
  SqfsPtr<sqfs_meta_writer_t> directory_table;
  SqfsPtr<sqfs_dir_writer_t> directory;
  std::deque<Content> contents;  // addresses stay
  std::vector<std::byte> zeros;  // a block of them
  std::uint64_t position = 0;    // in the current content
  std::uint64_t submitted = 0;   // blocks of it that went to the processor
  // Last, so that its threads end first.
  SqfsPtr<sqfs_block_processor_t> processor;
};

SquashfsWriter::Impl::Impl(int fd, const SquashfsOptions& wanted)
    : options(wanted), file(fd, 0, wanted.max_bytes), zeros(wanted.block_size) {
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
  block_writer.reset(made(sqfs_block_writer_create(file.get(), device_block, 0)));
  fragments.reset(made(sqfs_frag_table_create(0)));
  ids.reset(made(sqfs_id_table_create(0)));
  xattr_writer.reset(made(sqfs_xattr_writer_create(0)));
  sqfs_block_processor_desc_t description{};
  description.size = sizeof(description);
  description.max_block_size = options.block_size;
  description.num_workers = options.threads;
  description.max_backlog = options.threads * blocks_in_flight_per_thread;
  description.cmp = compressor.get();
  description.wr = block_writer.get();
  description.tbl = fragments.get();
  description.file = file.get();
  description.uncmp = decompressor.get();
  sqfs_block_processor_t* made_processor = nullptr;
  check(sqfs_block_processor_create_ex(&description, &made_processor));
  processor.reset(made_processor);
}

SquashfsWriter::Impl::~Impl() {
  processor.reset();
  for (const Content& content : contents) std::free(content.inode);
}

// Room for the super block, and the compressor's options behind it (lz4 always has some).
void SquashfsWriter::Impl::start_file() {
  check(sqfs_super_write(&super, file.get()));
  const int options_size = compressor->write_options(compressor.get(), file.get());
  check(options_size);
  if (options_size > 0) super.flags |= SQFS_FLAG_COMPRESSOR_OPTIONS;
}

void SquashfsWriter::Impl::append(const void* data, std::size_t size) {
  if (size == 0) return;  // libsquashfs 1.2.0 takes a block that it does not have
  check(sqfs_block_processor_append(processor.get(), data, size));
  const std::uint64_t before = position / options.block_size;
  position += size;
  submitted += position / options.block_size - before;
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
  std::size_t done = 0;
  const auto write_until = [&](std::size_t end) {
    for (; done < end; ++done) {
      const std::uint32_t size = htole32(content.inode->extra[done]);
      check(sqfs_meta_writer_append(inode_table.get(), &size, sizeof(size)));
    }
  };
  for (const SkippedBlocks& run : content.skipped) {
    write_until(run.before);
    for (std::uint64_t rest = run.count * sizeof(std::uint32_t); rest > 0;) {
      const auto step = std::min<std::uint64_t>(rest, zeros.size());
      check(sqfs_meta_writer_append(inode_table.get(), zeros.data(), step));
      rest -= step;
    }
  }
  write_until(stored);
}

SquashfsWriter::SquashfsWriter(int fd, const SquashfsOptions& options)
    : impl_(std::make_unique<Impl>(fd, options)) {}

SquashfsWriter::~SquashfsWriter() = default;

void SquashfsWriter::begin_content() {
  Content& content = impl_->contents.emplace_back();
  impl_->position = 0;
  impl_->submitted = 0;
  const std::uint32_t flags =
      impl_->options.compression == DiskCompression::none ? SQFS_BLK_DONT_COMPRESS : 0;
  impl_->check(
      sqfs_block_processor_begin_file(impl_->processor.get(), &content.inode, nullptr, flags));
}

void SquashfsWriter::append(std::span<const std::byte> bytes) {
  impl_->append(bytes.data(), bytes.size());
}

void SquashfsWriter::append_hole(std::uint64_t length) {
  const std::vector<std::byte>& zeros = impl_->zeros;
  const std::uint64_t filled = impl_->position % zeros.size();
  const std::uint64_t head = filled == 0 ? 0 : std::min(length, zeros.size() - filled);
  append(std::span(zeros).first(head));
  length -= head;
  if (const std::uint64_t whole = length / zeros.size(); whole > 0)
    impl_->contents.back().skipped.push_back({.before = impl_->submitted, .count = whole});
  append(std::span(zeros).first(length % zeros.size()));
}

ContentId SquashfsWriter::end_content() {
  impl_->check(sqfs_block_processor_end_file(impl_->processor.get()));
  return static_cast<ContentId>(impl_->contents.size() - 1);
}

void SquashfsWriter::end_contents() {
  impl_->check(sqfs_block_processor_finish(impl_->processor.get()));
  impl_->super.inode_table_start = impl_->file.size();
  impl_->inode_table.reset(
      impl_->made(sqfs_meta_writer_create(impl_->file.get(), impl_->compressor.get(), 0)));
  impl_->directory_table.reset(impl_->made(sqfs_meta_writer_create(
      impl_->file.get(), impl_->compressor.get(), SQFS_META_WRITER_KEEP_IN_MEMORY)));
  impl_->directory.reset(impl_->made(sqfs_dir_writer_create(impl_->directory_table.get(), 0)));
}

InodePlace SquashfsWriter::write_file(const InodeHead& head, ContentId id) {
  if (id == ContentId::empty) {
    const auto inode = new_inode(0);
    inode->base.type = SQFS_INODE_FILE;
    sqfs_inode_set_frag_location(inode.get(), no_fragment, no_fragment);
    return impl_->write(*inode, head, S_IFREG);
  }
  Content& content = impl_->contents[static_cast<std::uint32_t>(id)];
  assert(content.inode != nullptr);
  count_skipped(content, impl_->options.block_size);
  // The list of blocks by our own hand: libsquashfs 1.2.0 would copy all of it to the stack.
  const std::size_t stored = sqfs_inode_get_file_block_count(content.inode);
  content.inode->payload_bytes_used = 0;
  const InodePlace place = impl_->write(*content.inode, head, S_IFREG);
  impl_->write_block_list(content, stored);
  std::free(std::exchange(content.inode, nullptr));
  return place;
}

InodePlace SquashfsWriter::write_symlink(const InodeHead& head, std::string_view target) {
  auto inode = new_inode(target.size());
  inode->base.type = SQFS_INODE_SLINK;
  inode->data.slink.target_size = static_cast<std::uint32_t>(target.size());
  inode->payload_bytes_used = static_cast<std::uint32_t>(target.size());
  std::memcpy(inode->extra, target.data(), target.size());
  return impl_->write(*inode, head, S_IFLNK);
}

InodePlace SquashfsWriter::write_device(const InodeHead& head, EntryType type, std::uint32_t major,
                                        std::uint32_t minor) {
  auto inode = new_inode(0);
  const bool block = type == EntryType::block_device;
  inode->base.type = block ? SQFS_INODE_BDEV : SQFS_INODE_CDEV;
  inode->data.dev.devno = encode_device(major, minor);
  return impl_->write(*inode, head, format_of(type));
}

InodePlace SquashfsWriter::write_fifo(const InodeHead& head) {
  auto inode = new_inode(0);
  inode->base.type = SQFS_INODE_FIFO;
  return impl_->write(*inode, head, S_IFIFO);
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
  SqfsMemory<sqfs_inode_generic_t> inode(
      impl_->made(sqfs_dir_writer_create_inode(directory, 0, no_xattrs, parent)));
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
  const std::array<char, device_block> zeros{};
  const std::size_t tail = super.bytes_used % zeros.size();
  if (tail != 0)
    impl_->check(file->write_at(file, super.bytes_used, zeros.data(), zeros.size() - tail));
  return impl_->file.size();
}

}  // namespace image
