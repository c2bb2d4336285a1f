#include "guest-init/container.h"

#include <sys/mount.h>

#include <algorithm>
#include <cerrno>

#include "guest-init/disks.h"

namespace guest_init {
namespace {

constexpr std::uint64_t disk_patience_ns = 60'000'000'000;
// No event tells that the host has exchanged what is on a disk, nor that the last one who had it
// open has gone: a mount namespace that is just being made or unmade holds what was unmounted a
// moment longer.
constexpr std::uint64_t look_again_ns = 50'000'000;
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
  next_look_ns_ = 0;
  deadline_ns_ = boot_time_ns() + disk_patience_ns;
  return true;
}

bool Container::advance(Guest& guest, bool devices_changed) {
  if (phase_ != Phase::waiting) return false;
  const std::uint64_t now = boot_time_ns();
  const bool in_time = now < deadline_ns_;
  const bool nothing_new = guest.loading || (now < next_look_ns_ && !devices_changed);
  if (in_time && nothing_new && guest.fault.empty()) return false;
  next_look_ns_ = guest.disks.exchanged ? now + look_again_ns : never_ns;
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
  if (layers_.directory.empty()) {
    layers_.directory = guest.layers.take(spec_, guest.disks, missing, failure_);
    if (layers_.directory.empty()) return false;
    layers_.count = spec_.layers;
    if (!guest.shared) timings_ = guest.timings;
    step_done(timings_, "layers");
  }
  std::optional<std::string> writable;
  if (spec_.writable_disk) {
    missing = "the writable disk";
    writable_ = find_writable(*spec_.writable_disk, guest.disks);
    if (!writable_) return false;
    guest.disks.taken.insert(*writable_);
    writable = device_of(*writable_);
  }
  step_done(timings_, "disks");
  if (!mount_overlay(layers_, writable, paths_, failure_)) return false;
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
  return milliseconds_until(next_look_ns_ == 0 ? deadline_ns_
                                               : std::min(deadline_ns_, next_look_ns_));
}

bool Container::unmount(Guest& guest, Failure& failure) {
  umount2(paths_.files().c_str(), MNT_DETACH);
  bool done = unmount_overlay(paths_, failure);
  if (writable_) guest.disks.taken.erase(*writable_);
  if (done) guest.layers.give_back(layers_.directory);
  if (!guest.shared) {
    done = guest.layers.forget({spec_.read_only_disk}, guest.disks, failure) && done;
  }
  return cgroup_.remove(failure) && done;
}

}  // namespace guest_init
