#include "guest-init/container.h"

#include <sys/mount.h>

#include <algorithm>
#include <cerrno>

#include "guest-init/disks.h"

namespace guest_init {
namespace {

constexpr std::uint64_t disk_patience_ns = 60'000'000'000;
constexpr std::size_t max_hostname = 64;  // sethostname(2)

constexpr const char* hosts_head =
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::\tip6-localnet\n"
    "ff00::\tip6-mcastprefix\n"
    "ff02::1\tip6-allnodes\n"
    "ff02::2\tip6-allrouters\n";

bool check(const protocol::ContainerSpec& spec, Failure& failure) {
  if (spec.layers == 0 || spec.layers > max_layers) {
    return fail_with(failure, FailureStage::spec,
                     std::to_string(spec.layers) + " layers; 1 to 127 can be mounted");
  }
  if (spec.hostname.size() > max_hostname) {
    return fail_with(failure, FailureStage::spec, "the hostname is longer than 64 bytes");
  }
  return true;
}

}  // namespace

protocol::ContainerState Container::state() const {
  switch (phase_) {
    case Phase::ready:
      return protocol::ContainerState::ready;
    case Phase::failed:
      return protocol::ContainerState::failed;
    default:
      return protocol::ContainerState::none;
  }
}

bool Container::begin(std::span<const std::byte> payload) {
  std::string why;
  phase_ = Phase::failed;
  if (!decode(payload, spec_, why)) {
    return fail_with(failure_, FailureStage::spec, "the container's specification: " + why);
  }
  if (!check(spec_, failure_)) return false;
  phase_ = Phase::waiting;
  looked_ = false;
  deadline_ns_ = boot_time_ns() + disk_patience_ns;
  return true;
}

bool Container::advance(Guest& guest, bool devices_changed) {
  if (phase_ != Phase::waiting) return false;
  const bool in_time = timeout_ms() > 0;
  const bool nothing_new = guest.loading || (looked_ && !devices_changed);
  if (in_time && nothing_new && guest.fault.empty()) return false;
  looked_ = true;
  std::string missing;
  const bool done = prepare(guest, missing);
  if (!done && failure_.text.empty()) {
    if (in_time) return false;
    fail_with(failure_, FailureStage::disk, missing + " did not appear within 60 s");
  }
  phase_ = done ? Phase::ready : Phase::failed;
  return true;
}

// False: it failed, or `missing` tells what is not there yet; then it goes on from there next time.
bool Container::prepare(Guest& guest, std::string& missing) {
  if (!guest.fault.empty()) return fail_with(failure_, FailureStage::other, guest.fault);
  if (!layers_mounted_) {
    const auto disk = find_layers(spec_, guest.disks, missing);
    if (!disk) return false;
    take(guest, disk->name);
    if (!mount_layers(disk->layers, paths_, failure_)) return false;
    layers_mounted_ = true;
    if (!guest.shared) timings_ = guest.timings;
    step_done(timings_, "layers");
  }
  std::optional<std::string> writable;
  if (spec_.writable_disk) {
    missing = "the writable disk";
    const auto disk = find_writable(*spec_.writable_disk, guest.disks);
    if (!disk) return false;
    take(guest, *disk);
    writable = device_of(*disk);
  }
  step_done(timings_, "disks");
  if (!mount_overlay(writable, spec_.layers, paths_, failure_)) return false;
  step_done(timings_, "overlay");
  if (!cgroup_.create(guest.cgroups, slot_, spec_, failure_) || !write_files()) return false;
  step_done(timings_, "container");
  return true;
}

// On a tmpfs of their own: bind-mounted over the image's, whose layers stay as they are.
bool Container::write_files() {
  const std::string files = paths_.files();
  std::string hosts = hosts_head;
  for (const std::string& line : spec_.hosts) hosts += line + "\n";
  if (!make_directories(files) ||
      mount("tmpfs", files.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
            "mode=0755,size=1m") != 0 ||
      !write_file(files + "/hostname", spec_.hostname + "\n") ||
      !write_file(files + "/hosts", hosts) || !write_file(files + "/resolv.conf", "")) {
    return fail(failure_, FailureStage::mount, "writing the container's /etc files");
  }
  return true;
}

int Container::timeout_ms() const {
  if (phase_ != Phase::waiting) return -1;
  return milliseconds_until(deadline_ns_);
}

void Container::take(Guest& guest, const std::string& disk) {
  guest.disks.taken.insert(disk);
  disks_.push_back(disk);
}

bool Container::unmount(Guest& guest, Failure& failure) {
  umount2(paths_.files().c_str(), MNT_DETACH);
  const bool done = unmount_overlay(paths_, spec_.layers, failure);
  for (const std::string& disk : disks_) {
    guest.disks.taken.erase(disk);
  }
  return cgroup_.remove(failure) && done;
}

}  // namespace guest_init
