// Inodes as libsquashfs keeps them in memory: making and changing what it has no calls for.
#pragma once

#include <sqfs/inode.h>

#include <cstddef>
#include <cstdint>

#include "image/sqfs_object.h"
#include "image/tar_entries.h"

namespace image {

using InodeMemory = SqfsMemory<sqfs_inode_generic_t>;

// All zero, with room for `payload` bytes behind it.
InodeMemory new_inode(SQFS_INODE_TYPE type, std::size_t payload = 0);
void set_links(sqfs_inode_generic_t& inode, std::uint32_t links);
std::uint32_t links_of(const sqfs_inode_generic_t& inode);
EntryType entry_type_of(const sqfs_inode_generic_t& inode);

// As the kernel's new_encode_dev().
std::uint32_t encode_device(std::uint32_t major, std::uint32_t minor);
std::uint32_t device_major(std::uint32_t device);
std::uint32_t device_minor(std::uint32_t device);

}  // namespace image
