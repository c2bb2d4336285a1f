#include "monitor/sandbox.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xen/xen.h>

#include <xen/sys/evtchn.h>

#include <cstring>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace monitor {
namespace {

constexpr std::uint64_t executable = 4;              // PROT_EXEC
constexpr std::uint64_t no_descriptor = 0xffffffff;  // mmap(2) without a file
constexpr uid_t nobody = 65534;
constexpr rlim_t descriptor_limit = 64;
constexpr rlim_t memory_limit = 512u << 20;

void limit(int resource, rlim_t value) {
  const rlimit limits{value, value};
  if (setrlimit(static_cast<__rlimit_resource>(resource), &limits) != 0)
    base::throw_errno("limiting the relay");
}

void become_nobody() {
  if (geteuid() != 0) return;
  if (setgroups(0, nullptr) != 0 || setresgid(nobody, nobody, nobody) != 0 ||
      setresuid(nobody, nobody, nobody) != 0)
    base::throw_errno("dropping the relay's privileges");
}

// What the loop does: read and write what is open, the end of the log too, wait, accept clients,
// tell the event channel, allocate, and end.
constexpr int allowed_calls[] = {
    SCMP_SYS(read),      SCMP_SYS(write),      SCMP_SYS(readv),           SCMP_SYS(writev),
    SCMP_SYS(recvfrom),  SCMP_SYS(recvmsg),    SCMP_SYS(sendto),          SCMP_SYS(sendmsg),
    SCMP_SYS(poll),      SCMP_SYS(ppoll),      SCMP_SYS(accept4),         SCMP_SYS(shutdown),
    SCMP_SYS(close),     SCMP_SYS(brk),        SCMP_SYS(munmap),          SCMP_SYS(mremap),
    SCMP_SYS(madvise),   SCMP_SYS(futex),      SCMP_SYS(clock_gettime),   SCMP_SYS(gettimeofday),
    SCMP_SYS(exit),      SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),    SCMP_SYS(nanosleep),  SCMP_SYS(clock_nanosleep), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(getrandom), SCMP_SYS(newfstatat), SCMP_SYS(fstat),           SCMP_SYS(pread64),
};

constexpr unsigned long event_channel_requests[] = {IOCTL_EVTCHN_NOTIFY, IOCTL_EVTCHN_UNBIND};

struct FilterRelease {
  void operator()(void* filter) const { seccomp_release(filter); }
};

void check(int result, const char* what) {
  if (result < 0) throw base::errno_error(-result, what);
}

// What seccomp_load(3) would hand to the kernel.
std::vector<sock_filter> compiled(scmp_filter_ctx filter) {
  const base::UniqueFd file = base::memory_file("filter");
  check(seccomp_export_bpf(filter, file.get()), "the relay's seccomp filter");
  base::rewind(file.get());
  const std::string bytes = base::read_to_end(file.get(), BPF_MAXINSNS * sizeof(sock_filter));
  std::vector<sock_filter> program(bytes.size() / sizeof(sock_filter));
  std::memcpy(program.data(), bytes.data(), program.size() * sizeof(sock_filter));
  return program;
}

std::vector<sock_filter> make_filter() {
  const std::unique_ptr<void, FilterRelease> filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (!filter) throw base::Error("making the relay's seccomp filter: no memory");
  for (const int call : allowed_calls)
    check(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0), "the relay's seccomp filter");
  for (const unsigned long request : event_channel_requests)
    check(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                           SCMP_A1(SCMP_CMP_EQ, request)),
          "the relay's seccomp filter");
  // Anonymous memory only, never executable.
  check(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                         SCMP_A2(SCMP_CMP_MASKED_EQ, executable, 0),
                         SCMP_A4(SCMP_CMP_MASKED_EQ, no_descriptor, no_descriptor)),
        "the relay's seccomp filter");
  check(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2,
                         SCMP_A1(SCMP_CMP_EQ, SOL_SOCKET), SCMP_A2(SCMP_CMP_EQ, SO_SNDBUF)),
        "the relay's seccomp filter");
  check(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                         SCMP_A1(SCMP_CMP_EQ, F_GETFL)),
        "the relay's seccomp filter");
  return compiled(filter.get());
}

}  // namespace

Sandbox::Sandbox() : filter_(make_filter()) {}

void Sandbox::enter(std::uint64_t file_size) {
  become_nobody();
  limit(RLIMIT_NOFILE, descriptor_limit);
  limit(RLIMIT_AS, memory_limit);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, file_size);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    base::throw_errno("giving up the relay's privileges");
  const sock_fprog program{static_cast<unsigned short>(filter_.size()), filter_.data()};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    base::throw_errno("loading the relay's seccomp filter");
}

}  // namespace monitor
