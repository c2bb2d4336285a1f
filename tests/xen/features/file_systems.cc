// The disk xvda has two GPT partitions: a squashfs with files in it, and an empty ext4.
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstring>

#include "tests/xen/features/feature.h"

namespace features {
namespace {

std::string first_file(const std::string& directory) {
  DIR* const entries = opendir(directory.c_str());
  if (entries == nullptr) return "";
  std::string name;
  while (const dirent* entry = readdir(entries)) {
    if (entry->d_type == DT_REG) name = directory + "/" + entry->d_name;
  }
  closedir(entries);
  return name;
}

std::string partitions() {
  for (const char* part : {"xvda1", "xvda2"}) {
    if (read_text(std::string("/sys/block/xvda/") + part + "/size").empty()) {
      return std::string("there is no ") + part;
    }
  }
  return "";
}

std::string mount_layer() { return shared_mount_at("/dev/xvda1", "/layer", "squashfs", MS_RDONLY); }

std::string mount_disk() { return shared_mount_at("/dev/xvda2", "/disk", "ext4"); }

std::string squashfs() {
  if (auto why = mount_layer(); !why.empty()) return why;
  const std::string file = first_file("/layer/bin");
  if (file.empty()) return "no file in /bin of it";
  return read_text(file).empty() ? failed("reading " + file) : "";
}

std::string ext4() {
  if (auto why = mount_disk(); !why.empty()) return why;
  if (auto why = write_text("/disk/file", "text"); !why.empty()) return why;
  for (const char* name : {"user.a", "trusted.a", "security.a"}) {
    if (setxattr("/disk/file", name, "b", 1, 0) != 0) return failed(name);
  }
  const int file = open("/disk/file", O_RDWR | O_CLOEXEC);
  if (fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4) != 0) {
    return failed("punching a hole");
  }
  return fsync(file) == 0 ? "" : failed("fsync");
}

// A lower file removed leaves a whiteout in the upper directory.
std::string overlay() {
  if (auto why = mount_layer(); !why.empty()) return why;
  if (auto why = mount_disk(); !why.empty()) return why;
  mkdir("/disk/upper", 0755);
  mkdir("/disk/work", 0755);
  auto why = mount_at("overlay", "/root-of-it", "overlay", 0,
                      "lowerdir=/layer,upperdir=/disk/upper,workdir=/disk/work");
  if (!why.empty()) return why;
  const std::string file = first_file("/root-of-it/bin");
  if (unlink(file.c_str()) != 0) return failed("removing " + file);
  struct stat status;
  const std::string whiteout = "/disk/upper" + file.substr(std::strlen("/root-of-it"));
  if (lstat(whiteout.c_str(), &status) != 0) return failed("the whiteout " + whiteout);
  return S_ISCHR(status.st_mode) ? "" : whiteout + " is no character device";
}

// With a limit, and with access control lists: version 2, the owner's three bits and the others'.
std::string tmpfs() {
  if (auto why = mount_at("tmpfs", "/small", "tmpfs", 0, "size=64k"); !why.empty()) return why;
  write_text("/small/big", std::string(128 << 10, 'x'));
  if (read_text("/small/big").size() > 64 << 10) return "its size is no limit";
  constexpr char list[] =
      "\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x04\0\x04\0\xff\xff\xff\xff\x20\0\x04\0\xff\xff\xff"
      "\xff";
  const int status = setxattr("/small", "system.posix_acl_access", list, sizeof list - 1, 0);
  return status == 0 ? "" : failed("an access control list");
}

constexpr Feature all[] = {
    {"GPT partitions", partitions}, {"squashfs", squashfs}, {"ext4", ext4},
    {"overlay", overlay},           {"tmpfs", tmpfs},
};

}  // namespace

std::span<const Feature> file_systems() { return all; }

}  // namespace features
