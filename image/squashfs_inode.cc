#include "image/squashfs_inode.h"

#include <cstdlib>

#include "base/error.h"

namespace image {

namespace {

// Where the number of links stands; nullptr for a plain file, which has one.
std::uint32_t* links_in(sqfs_inode_generic_t& inode) {
  switch (inode.base.type) {
    case SQFS_INODE_FILE:
      return nullptr;
    case SQFS_INODE_EXT_FILE:
      return &inode.data.file_ext.nlink;
    case SQFS_INODE_DIR:
      return &inode.data.dir.nlink;
    case SQFS_INODE_EXT_DIR:
      return &inode.data.dir_ext.nlink;
    default:
      return &inode.data.ipc.nlink;  // first in all that remain
  }
}

}  // namespace

InodeMemory new_inode(SQFS_INODE_TYPE type, std::size_t payload) {
  void* memory = std::calloc(1, sizeof(sqfs_inode_generic_t) + payload);
  if (memory == nullptr) throw base::Error(base::ErrorKind::unavailable, "out of memory");
  InodeMemory inode(static_cast<sqfs_inode_generic_t*>(memory));
  inode->base.type = static_cast<std::uint16_t>(type);
  inode->payload_bytes_available = static_cast<std::uint32_t>(payload);
  return inode;
}

void set_links(sqfs_inode_generic_t& inode, std::uint32_t links) {
  if (inode.base.type == SQFS_INODE_FILE && links != 1) sqfs_inode_make_extended(&inode);
  if (std::uint32_t* const count = links_in(inode)) *count = links;
}

std::uint32_t links_of(const sqfs_inode_generic_t& inode) {
  const std::uint32_t* const count = links_in(const_cast<sqfs_inode_generic_t&>(inode));
  return count == nullptr ? 1 : *count;
}

EntryType entry_type_of(const sqfs_inode_generic_t& inode) {
  constexpr EntryType types[] = {EntryType::directory,        EntryType::file,
                                 EntryType::symlink,          EntryType::block_device,
                                 EntryType::character_device, EntryType::fifo};
  // The extended forms follow the plain ones in the same order, sockets stand last in both.
  unsigned type = inode.base.type;
  if (type >= SQFS_INODE_EXT_DIR) type -= SQFS_INODE_EXT_DIR - SQFS_INODE_DIR;
  if (type < SQFS_INODE_DIR || type > SQFS_INODE_FIFO)
    throw base::Error(base::ErrorKind::corrupt, "a layer's disk has an inode of unknown type");
  return types[type - SQFS_INODE_DIR];
}

std::uint32_t encode_device(std::uint32_t major, std::uint32_t minor) {
  return (minor & 0xff) | (major << 8) | ((minor & ~std::uint32_t{0xff}) << 12);
}

std::uint32_t device_major(std::uint32_t device) { return (device >> 8) & 0xfff; }

std::uint32_t device_minor(std::uint32_t device) {
  return (device & 0xff) | ((device >> 12) & 0xfff00);
}

}  // namespace image
