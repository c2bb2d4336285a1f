#include "image/sandbox.h"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>

#include "base/error.h"

namespace image {
namespace {

constexpr rlim_t most_descriptors = 512;

void require(bool done, const char* what) {
  if (!done) throw base::Error(base::ErrorKind::denied, std::string("the sandbox: ") + what);
}

void drop_bounding_set() {
  for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    require(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0, "capabilities");
}

// After setresuid() nothing is left of them; this takes the inheritable ones too.
void drop_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> none{};
  require(syscall(SYS_capset, &header, none.data()) == 0, "capabilities");
}

void become(const Account& account) {
  require(account.user != 0 && account.group != 0, "the worker's user is root");
  drop_bounding_set();
  require(setgroups(0, nullptr) == 0, "supplementary groups");
  require(setresgid(account.group, account.group, account.group) == 0, "group");
  require(setresuid(account.user, account.user, account.user) == 0, "user");
  require(setuid(0) != 0, "root again");
}

void limit(__rlimit_resource resource, rlim_t most) {
  const rlimit value{.rlim_cur = most, .rlim_max = most};
  require(setrlimit(resource, &value) == 0, "limits");
}

struct ReleaseFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

// What lets a process start another, reach into one, or change what it may do. The network, files
// and threads stay.
constexpr std::array forbidden{
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kcmp),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(open_tree),
    SCMP_SYS(move_mount),
    SCMP_SYS(fsopen),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
};

// So that the parent, once this process is gone, can rely on nobody writing to its files any more.
void forbid_processes() {
  const std::unique_ptr<void, ReleaseFilter> filter(seccomp_init(SCMP_ACT_ALLOW));
  require(filter != nullptr, "a filter");
  for (const int call : forbidden)
    require(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0) == 0, "a filter's rule");
  // Threads only. clone3's flags cannot be looked at; the library falls back to clone.
  const scmp_arg_cmp no_thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
  require(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, no_thread) == 0,
          "a filter's rule");
  require(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0,
          "a filter's rule");
  require(seccomp_load(filter.get()) == 0, "loading a filter");
}

}  // namespace

void enter_sandbox(const std::optional<Account>& account, pid_t parent) {
  require(account.has_value() || geteuid() != 0, "root without a user to become");
  if (account) become(*account);
  drop_capabilities();
  require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
  require(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "no dumps");
  // After the change of user, which would undo it.
  require(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "the parent's end");
  require(getppid() == parent, "the parent is gone");
  umask(0077);
  require(chdir("/") == 0, "the root directory");
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, most_descriptors);
  limit(RLIMIT_MEMLOCK, 0);
  forbid_processes();
}

}  // namespace image
