#include "guest-init/policy.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "guest-init/fd.h"

namespace guest_init {
namespace {

struct Limit {
  __rlimit_resource resource;
  rlim_t value;
};

// What a process finds under docker's daemon; PID 1 of a kernel starts with less.
constexpr Limit defaults[] = {
    {RLIMIT_NOFILE, 1 << 20},
    {RLIMIT_NPROC, RLIM_INFINITY},
    {RLIMIT_CORE, RLIM_INFINITY},
};

bool load_filter(const std::string& bytes, Failure& failure) {
  std::vector<sock_filter> instructions(bytes.size() / sizeof(sock_filter));
  memcpy(instructions.data(), bytes.data(), instructions.size() * sizeof(sock_filter));
  const sock_fprog program = {.len = static_cast<unsigned short>(instructions.size()),
                              .filter = instructions.data()};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ||
         fail(failure, FailureStage::other, "loading the seccomp filter");
}

}  // namespace

bool set_limits(const protocol::ProcessSpec& spec, Failure& failure) {
  for (const Limit& limit : defaults) {
    const rlimit both = {.rlim_cur = limit.value, .rlim_max = limit.value};
    // EPERM: more than this kernel gives to anybody; then its own limit stays.
    if (setrlimit(limit.resource, &both) != 0 && errno != EPERM) {
      return fail(failure, FailureStage::other, "setting the process's limits");
    }
  }
  for (const protocol::ResourceLimit& limit : spec.limits) {
    const rlimit wish = {.rlim_cur = limit.soft, .rlim_max = limit.hard};
    if (setrlimit(static_cast<__rlimit_resource>(limit.resource), &wish) != 0) {
      return fail(failure, FailureStage::other,
                  "setting resource limit " + std::to_string(limit.resource) + " of the process");
    }
  }
  return true;
}

bool set_oom_score(const protocol::ProcessSpec& spec, Failure& failure) {
  return !spec.oom_score_adj ||
         write_file("/proc/self/oom_score_adj", std::to_string(*spec.oom_score_adj)) ||
         fail(failure, FailureStage::other, "setting the process's OOM score");
}

bool filter_as_root(const protocol::ProcessSpec& spec, Failure& failure) {
  return spec.no_new_privileges || spec.seccomp.empty() || load_filter(spec.seccomp, failure);
}

bool filter_unprivileged(const protocol::ProcessSpec& spec, Failure& failure) {
  if (!spec.no_new_privileges) return true;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fail(failure, FailureStage::other, "forbidding new privileges");
  }
  return spec.seccomp.empty() || load_filter(spec.seccomp, failure);
}

}  // namespace guest_init
