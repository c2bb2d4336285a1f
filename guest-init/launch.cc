#include "guest-init/launch.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "guest-init/stages.h"

namespace guest_init {
namespace {

constexpr std::uint64_t container_namespaces =
    CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;

constexpr int pipe_size = 256 << 10;

// Like fork(2); the child begins in the container's control group.
pid_t clone_process(const ProcessPlan& plan, int& pidfd) {
  clone_args args{};
  args.flags = CLONE_PIDFD | CLONE_INTO_CGROUP;
  if (plan.entrypoint < 0) args.flags |= container_namespaces;
  args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  args.cgroup = static_cast<std::uint64_t>(plan.container.cgroup().directory());
  return static_cast<pid_t>(syscall(SYS_clone3, &args, sizeof args));
}

// A child is born into the PID namespace that its parent has chosen for children.
bool choose_pid_namespace(int fd) { return setns(fd, CLONE_NEWPID) == 0; }

// The pipes of the streams that are not a terminal's: ours into `launched`, the child's into
// `ends`.
bool make_streams(const protocol::ProcessSpec& spec, Launched& launched, ChildStreams& ends) {
  if (spec.terminal) return true;
  for (std::size_t i = 0; i < protocol::stream_count; ++i) {
    const bool input = i == protocol::standard_input;
    if (input && !spec.standard_input) continue;
    Pair pipe;
    if (!make_pipe(pipe)) return false;
    Fd& ours = input ? pipe.second : pipe.first;
    fcntl(ours.get(), F_SETPIPE_SZ, pipe_size);  // the default will do as well
    if (!set_nonblocking(ours.get())) return false;
    launched.streams[i] = std::move(ours);
    ends[i] = std::move(input ? pipe.first : pipe.second);
  }
  return true;
}

}  // namespace

bool launch(const ProcessPlan& plan, Launched& launched, Failure& failure) {
  ChildStreams ends;
  Pair status;
  if (!make_streams(plan.spec, launched, ends) || !make_message_pair(status) ||
      !set_nonblocking(status.first.get())) {
    return fail(failure, FailureStage::other, "making pipes for the process");
  }
  const bool joins = plan.entrypoint >= 0 && !plan.spec.beside;
  if (joins && !choose_pid_namespace(plan.entrypoint)) {
    return fail(failure, FailureStage::other, "the container has ended");
  }
  int pidfd = -1;
  const pid_t pid = clone_process(plan, pidfd);
  if (pid == 0) run_child(plan, std::move(ends), status.second.get());
  const bool cloned = pid > 0 || fail(failure, FailureStage::other, "starting a process");
  if (joins) choose_pid_namespace(plan.guest.own_pid_namespace.get());
  launched.pid = pid;
  launched.pidfd = Fd(pidfd);
  launched.status = std::move(status.first);
  return cloned;
}

}  // namespace guest_init
