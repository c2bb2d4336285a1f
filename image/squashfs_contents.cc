#include "image/squashfs_contents.h"

#include <sqfs/block.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <utility>

namespace image {

namespace {

constexpr std::size_t device_block = 4096;
constexpr unsigned blocks_in_flight_per_thread = 16;

void count_skipped(Content& content, std::uint32_t block_size) {
  if (content.skipped.empty()) return;
  std::uint64_t bytes = 0;
  for (const SkippedBlocks& run : content.skipped) bytes += run.count * block_size;
  std::uint64_t size = 0;
  sqfs_inode_get_file_size(content.inode.get(), &size);
  sqfs_inode_make_extended(content.inode.get());
  sqfs_inode_set_file_size(content.inode.get(), size + bytes);
  content.inode->data.file_ext.sparse += bytes;
}

}  // namespace

SquashfsContents::SquashfsContents(const SquashfsOptions& options, const SqfsFile& file,
                                   sqfs_compressor_t* compressor, sqfs_compressor_t* decompressor,
                                   sqfs_frag_table_t* fragments)
    : options_(options), file_(file), zeros_(options.block_size) {
  writer_.reset(
      file.made(sqfs_block_writer_create(file.get(), device_block, 0), "writing the disk"));
  sqfs_block_processor_desc_t description{};
  description.size = sizeof(description);
  description.max_block_size = options.block_size;
  description.num_workers = options.threads;
  description.max_backlog = options.threads * blocks_in_flight_per_thread;
  description.cmp = compressor;
  description.wr = writer_.get();
  description.tbl = fragments;
  description.file = file.get();
  description.uncmp = decompressor;
  sqfs_block_processor_t* made_processor = nullptr;
  check(sqfs_block_processor_create_ex(&description, &made_processor));
  processor_.reset(made_processor);
}

// libsquashfs 1.2.0 loses the blocks that it holds when it is destroyed, so it is emptied first.
SquashfsContents::~SquashfsContents() {
  if (begun_) sqfs_block_processor_end_file(processor_.get());
  if (!finished_) sqfs_block_processor_finish(processor_.get());
  processor_.reset();
  for (const Slot& slot : slots_) sqfs_free(slot.inode);
}

void SquashfsContents::begin() {
  Slot& slot = slots_.emplace_back();
  position_ = 0;
  const std::uint32_t flags =
      options_.compression == DiskCompression::none ? SQFS_BLK_DONT_COMPRESS : 0;
  check(sqfs_block_processor_begin_file(processor_.get(), &slot.inode, nullptr, flags));
  begun_ = true;
}

void SquashfsContents::append(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;  // libsquashfs 1.2.0 would use a block that it does not have
  check(sqfs_block_processor_append(processor_.get(), bytes.data(), bytes.size()));
  position_ += bytes.size();
}

// Zeros up to the next block, whole blocks as a number, the rest as zeros again.
void SquashfsContents::append_hole(std::uint64_t length) {
  const std::uint64_t block = zeros_.size();
  const std::uint64_t head = std::min(length, (block - position_ % block) % block);
  append(std::span(zeros_).first(head));
  length -= head;
  if (length >= block) {
    Slot& slot = slots_.back();
    if (!slot.skipped) slot.skipped = std::make_unique<std::vector<SkippedBlocks>>();
    slot.skipped->push_back({.before = position_ / block, .count = length / block});
  }
  append(std::span(zeros_).first(length % block));
}

ContentId SquashfsContents::end() {
  begun_ = false;
  check(sqfs_block_processor_end_file(processor_.get()));
  return static_cast<ContentId>(slots_.size() - 1);
}

void SquashfsContents::finish() {
  finished_ = true;
  check(sqfs_block_processor_finish(processor_.get()));
}

Content SquashfsContents::take(ContentId id) {
  Slot& slot = slots_.at(static_cast<std::uint32_t>(id));
  assert(slot.inode != nullptr);
  Content content{.inode = SqfsMemory<sqfs_inode_generic_t>(std::exchange(slot.inode, nullptr))};
  if (slot.skipped) content.skipped = std::move(*slot.skipped);
  slot.skipped.reset();
  count_skipped(content, options_.block_size);
  return content;
}

}  // namespace image
