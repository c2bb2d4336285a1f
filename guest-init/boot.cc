#include "guest-init/boot.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <optional>
#include <vector>

#include "guest-init/cgroup.h"
#include "guest-init/loop.h"
#include "guest-init/modules.h"
#include "guest-init/mounts.h"
#include "guest-init/protocol/wishes.h"
#include "guest-init/shutdown.h"
#include "guest-init/text.h"
#include "guest-init/uevents.h"
#include "guest-init/vchan.h"

namespace guest_init {
namespace {

constexpr unsigned spare_slots = 2;
constexpr std::size_t own_ring = 256 << 10;
constexpr std::size_t shared_ring = 64 << 10;  // of many

struct Boot {
  explicit Boot(TransportOf transport_of);

  Guest guest;
  Modules modules;
  std::deque<VchanServer> vchans;
  std::vector<Agent> agents;  // a slot each
};

// What the host wishes of the guest as a whole: "NAME=NUMBER" on the kernel's command line, which
// hands on to PID 1 what it does not know.
std::optional<std::uint32_t> wish(const char* name) {
  const char* value = getenv(name);
  if (value == nullptr) return {};
  return to_number<std::uint32_t>(value);
}

Boot::Boot(TransportOf transport_of) {
  const auto wished = wish(protocol::slots_wish);
  guest.shared = guest.disks.exchanged = wished.has_value();
  guest.spare_slots = spare_slots;
  guest.idle_limit_ns = std::uint64_t{1'000'000'000} * wish(protocol::idle_wish).value_or(0);
  const std::uint32_t count =
      std::clamp<std::uint32_t>(wished.value_or(1), 1, protocol::most_slots);
  guest.slots = count;
  agents.reserve(count);
  for (std::uint32_t slot = 0; slot < count; ++slot) {
    VchanServer& vchan = vchans.emplace_back(slot, guest.shared ? shared_ring : own_ring);
    agents.emplace_back(slot, transport_of(vchan), guest);
  }
}

// The kernel found no /dev/console in the initramfs: no descriptor below 3 may be anything else.
bool open_standard_streams(Failure& failure) {
  for (;;) {
    Fd fd = open_path("/dev/null", O_RDWR);
    if (!fd) return fail(failure, FailureStage::other, "opening /dev/null");
    if (fd.get() > STDERR_FILENO) return true;
    fd.release();
  }
}

bool mount_file_systems(Boot&, Failure& failure) {
  return mount_guest(failure) && open_standard_streams(failure);
}

bool begin_modules(Boot& boot, Failure& failure) {
  const bool begun = boot.modules.begin("/modules", failure);
  boot.guest.loading = boot.modules.is_loading();
  return begun;
}

bool load_vchan_modules(Boot& boot, Failure& failure) {
  constexpr std::string_view needed[] = {"xen-evtchn.ko", "xen-gntalloc.ko"};
  return boot.modules.load_now(needed, failure);
}

bool learn_identity(Boot& boot, Failure& failure) {
  Guest& guest = boot.guest;
  // Never waits for entropy; the clock makes two boots differ in any case.
  if (getrandom(&guest.epoch, sizeof guest.epoch, GRND_INSECURE) < 0) guest.epoch = 0;
  guest.epoch ^= real_time_ns();
  guest.uevents = open_uevents();
  guest.own_binary = open_path("/proc/self/exe", O_PATH);
  guest.own_pid_namespace = open_path("/proc/self/ns/pid", O_RDONLY);
  return (guest.uevents && guest.own_binary && guest.own_pid_namespace) ||
         fail(failure, FailureStage::other, "looking at the guest");
}

bool say_hello(Boot& boot, Failure& failure) {
  std::string why;
  if (boot.agents.front().offer(why)) return true;
  // A module that is missing is the better reason.
  return boot.modules.finish(failure) && fail_with(failure, FailureStage::other, why);
}

// A disk that nothing drives would be waited for in vain.
bool expect_disks(Boot& boot, Failure& failure) {
  return boot.modules.bring("xen-blkfront.ko") || access("/sys/bus/xen/drivers/vbd", F_OK) == 0 ||
         fail_with(failure, FailureStage::disk, "the guest's kernel has no driver of Xen's disks",
                   ENODEV);
}

bool prepare_cgroups(Boot& boot, Failure& failure) {
  const Guest& guest = boot.guest;
  return mount_cgroups(guest.cgroups, failure) &&
         (!guest.shared || confine_devices(guest.cgroups, failure));
}

bool accept_power_off(Boot&, Failure&) {
  register_power_off_command();
  return true;
}

struct Step {
  const char* name;
  bool (*run)(Boot& boot, Failure& failure);
};

constexpr Step before_hello[] = {
    {"mounts", mount_file_systems},
    {"begin-modules", begin_modules},
    {"vchan-modules", load_vchan_modules},
    {"identity", learn_identity},
    {"hello", say_hello},
};

constexpr Step after_hello[] = {
    {"disks", expect_disks},
    {"cgroups", prepare_cgroups},
    {"power-off", accept_power_off},
};

bool run_step(const Step& step, Boot& boot, Failure& failure) {
  if (!step.run(boot, failure)) return false;
  step_done(boot.guest.timings, step.name);
  return true;
}

}  // namespace

void run_guest(TransportOf transport_of) {
  Failure failure;
  Boot boot(transport_of);
  boot.guest.exec_ns = boot_time_ns();
  boot.guest.power_off = power_off;
  boot.guest.timings.push_back({.name = "exec", .ns = boot.guest.exec_ns});
  for (const Step& step : before_hello) {
    if (!run_step(step, boot, failure)) crash(failure.text);
  }
  for (const Step& step : after_hello) {
    if (run_step(step, boot, failure)) continue;
    report(protocol::LogLevel::error, failure.text);
    boot.guest.fault = failure.text;
    break;
  }
  Loop loop(boot.guest, boot.modules, boot.agents);
  if (!loop.prepare(failure)) crash(failure.text);
  loop.run();
}

}  // namespace guest_init
