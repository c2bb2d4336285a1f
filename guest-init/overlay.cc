#include "guest-init/overlay.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "guest-init/fd.h"
#include "guest-init/mounts.h"

namespace guest_init {
namespace {

// Freed blocks go back to the host's file at once; a fresh disk reads as zeros, so there is nothing
// to be gained by writing its inode tables in the background.
constexpr const char* ext4_options = "discard,noinit_itable";
// Without these the upper directory holds whole files and directories only, which is what a commit
// or a diff reads.
constexpr const char* overlay_features = ",redirect_dir=off,metacopy=off,index=off,xino=off";

bool mount_writable(const std::optional<std::string>& disk, const std::string& target,
                    Failure& failure) {
  if (!make_directories(target)) return fail(failure, FailureStage::mount, "mkdir " + target);
  constexpr const char* what = "the writable disk";
  return disk ? mount_type("ext4", *disk, target, 0, ext4_options, what, failure)
              : mount_type("tmpfs", "tmpfs", target, 0, "mode=0755", what, failure);
}

// The upper directory is the container's /: it begins as the image's.
bool make_upper(const std::string& upper, const std::string& top_layer) {
  struct stat status {};
  if (mkdir(upper.c_str(), 0755) != 0) return errno == EEXIST;
  if (stat(top_layer.c_str(), &status) != 0) return false;
  const timespec times[] = {status.st_atim, status.st_mtim};
  return chown(upper.c_str(), status.st_uid, status.st_gid) == 0 &&
         chmod(upper.c_str(), status.st_mode & 07777) == 0 &&
         utimensat(AT_FDCWD, upper.c_str(), times, 0) == 0;
}

bool mount_union(const Layers& layers, const ContainerPaths& paths, Failure& failure) {
  const std::string options = "lowerdir=" + lower_directories(layers.count) +
                              ",upperdir=" + paths.writable() +
                              "/upper,workdir=" + paths.writable() + "/work" + overlay_features;
  constexpr const char* what = "the overlay of the layers";
  if (chdir(layers.directory.c_str()) != 0) return fail(failure, FailureStage::mount, what);
  const bool mounted =
      mount_type("overlay", "overlay", paths.root(), 0, options.c_str(), what, failure);
  return chdir("/") == 0 && mounted;
}

}  // namespace

std::string lower_directories(std::size_t layers) {
  std::string names;
  for (std::size_t number = layers; number > 0; --number) {
    names += (names.empty() ? "" : ":") + std::to_string(number);
  }
  return names;
}

bool mount_overlay(const Layers& layers, const std::optional<std::string>& writable,
                   const ContainerPaths& paths, Failure& failure) {
  if (!mount_writable(writable, paths.writable(), failure)) return false;
  const std::string top = layers.directory + "/" + std::to_string(layers.count);
  if (!make_upper(paths.writable() + "/upper", top) ||
      !make_directories(paths.writable() + "/work") || !make_directories(paths.root())) {
    return fail(failure, FailureStage::mount, "making the directories of the overlay");
  }
  return mount_union(layers, paths, failure);
}

bool unmount_overlay(const ContainerPaths& paths, Failure& failure) {
  const bool done = unmount(paths.root(), failure);
  const std::string writable = paths.writable();
  // At rest before it is unmounted: a namespace that has just ended may hold it for a moment
  // longer, and what matters is that the disk changes no more.
  const bool at_rest =
      mount(nullptr, writable.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  return (unmount(writable, failure) || at_rest) && done;
}

}  // namespace guest_init
