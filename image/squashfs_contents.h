// The contents of a squashfs's files on their way through libsquashfs's block processor, which cuts
// them into blocks, compresses in threads, packs tails into fragments and stores equal ones once.
#pragma once

#include <sqfs/block_processor.h>
#include <sqfs/block_writer.h>
#include <sqfs/compressor.h>
#include <sqfs/frag_table.h>
#include <sqfs/inode.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "image/sqfs_object.h"
#include "image/squashfs_writer.h"

namespace image {

// A run of whole blocks of zeros that never went through the block processor.
struct SkippedBlocks {
  std::uint64_t before = 0;  // index among the blocks that did
  std::uint64_t count = 0;
};

struct Content {
  SqfsMemory<sqfs_inode_generic_t> inode;  // its numbers count what was skipped; extra[] does not
  std::vector<SkippedBlocks> skipped;
};

class SquashfsContents {
 public:
  // All borrowed.
  SquashfsContents(const SquashfsOptions& options, const SqfsFile& file,
                   sqfs_compressor_t* compressor, sqfs_compressor_t* decompressor,
                   sqfs_frag_table_t* fragments);
  ~SquashfsContents();

  void begin();
  void append(std::span<const std::byte> bytes);
  void append_hole(std::uint64_t length);
  ContentId end();
  // Waits for all that is under way.
  void finish();
  // Each once, after finish().
  Content take(ContentId id);

 private:
  struct Slot {
    sqfs_inode_generic_t* inode = nullptr;                // the block processor's until finish()
    std::unique_ptr<std::vector<SkippedBlocks>> skipped;  // few have any
  };

  void check(int result) const { file_.check(result, "writing the disk"); }

  const SquashfsOptions options_;
  const SqfsFile& file_;
  SqfsPtr<sqfs_block_writer_t> writer_;
  std::deque<Slot> slots_;        // addresses stay
  std::vector<std::byte> zeros_;  // a block of them
  std::uint64_t position_ = 0;    // in the current content, without what was skipped
  bool begun_ = false;
  bool finished_ = false;
  // Last, so that its threads end first.
  SqfsPtr<sqfs_block_processor_t> processor_;
};

}  // namespace image
