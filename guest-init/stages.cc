#include "guest-init/stages.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "guest-init/beside.h"
#include "guest-init/capabilities.h"
#include "guest-init/command.h"
#include "guest-init/mini_init.h"
#include "guest-init/network.h"
#include "guest-init/policy.h"
#include "guest-init/root.h"
#include "guest-init/tools.h"
#include "guest-init/users.h"

namespace guest_init {
namespace {

constexpr std::size_t max_passwd = 16 << 20;

struct Child {
  const ProcessPlan& plan;
  ChildStreams streams;
  int status;
  ContainerRoot root;
  Identity identity;
  std::vector<std::string> env;
  std::string directory;
  std::string command;

  bool is_entrypoint() const { return plan.entrypoint < 0; }
};

bool join_namespaces(Child& child, Failure& failure) {
  if (child.plan.spec.beside) return stand_beside(child.plan.entrypoint, failure);
  constexpr int joined = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP;
  return setns(child.plan.entrypoint, joined) == 0 ||
         fail(failure, FailureStage::other, "joining the container");
}

bool begin_session(Child&, Failure& failure) {
  umask(protocol::default_umask);
  return setsid() >= 0 || fail(failure, FailureStage::other, "setsid");
}

// The control group namespace's root is where its maker is, so it cannot come with clone(2).
bool complete_namespaces(Child& child, Failure& failure) {
  const std::string& hostname = child.plan.container.spec().hostname;
  return (unshare(CLONE_NEWCGROUP) == 0 && sethostname(hostname.data(), hostname.size()) == 0 &&
          bring_up_loopback()) ||
         fail(failure, FailureStage::other, "preparing the container's namespaces");
}

bool enter_root(Child& child, Failure& failure) {
  umask(0);
  const bool done = child.root.enter(child.plan.container.paths(), failure) &&
                    child.root.populate(child.plan.container.spec(), failure);
  umask(protocol::default_umask);
  return done;
}

// To a file that is there: an image without it has no names at all. Nor has one with a link, which
// could lead into /proc, where nothing is protected yet.
bool append_to(const std::string& path, const std::string& line, Failure& failure) {
  struct stat status {};
  if (line.empty() || lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return true;
  const Fd file = open_path(path, O_WRONLY | O_APPEND | O_NOFOLLOW);
  return (file && write(file.get(), line.data(), line.size()) == std::ssize(line)) ||
         fail(failure, FailureStage::other, "adding the user to " + path);
}

bool enter_user(const Child& child, std::string_view passwd, std::string_view group,
                Failure& failure) {
  const auto& spec = child.plan.spec;
  const UserEntries entries =
      missing_entries(spec.user, child.identity.gid, spec.working_directory, passwd, group);
  return append_to("/etc/passwd", entries.passwd, failure) &&
         append_to("/etc/group", entries.group, failure);
}

bool resolve_user(Child& child, Failure& failure) {
  const auto& spec = child.plan.spec;
  std::string passwd;
  std::string group;
  read_file("/etc/passwd", max_passwd, passwd);  // an image may have none
  read_file("/etc/group", max_passwd, group);
  if (!resolve_identity(spec.user, spec.groups, passwd, group, child.identity, failure)) {
    return false;
  }
  if (child.is_entrypoint() && child.plan.container.spec().user_entry &&
      !enter_user(child, passwd, group, failure))
    return false;
  child.env = spec.env;
  if (value_of(child.env, "HOME") == nullptr) child.env.push_back("HOME=" + child.identity.home);
  return true;
}

bool make_working_directory(Child& child, Failure& failure) {
  const std::string& wish = child.plan.spec.working_directory;
  child.directory = wish.starts_with('/') ? wish : "/" + wish;
  struct stat status {};
  if (stat(child.directory.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return true;
    errno = ENOTDIR;
    return fail(failure, FailureStage::working_directory, "mkdir " + child.directory);
  }
  while (child.directory.ends_with('/')) child.directory.pop_back();
  return make_directories(child.directory) ||
         fail(failure, FailureStage::working_directory, "mkdir " + child.directory);
}

bool close_root(Child& child, Failure& failure) {
  return child.root.close(child.plan.container.spec(), failure);
}

bool enter_working_directory(Child& child, Failure& failure) {
  return chdir(child.directory.c_str()) == 0 || fail(failure, FailureStage::working_directory,
                                                     "chdir to cwd (\"" + child.directory + "\")");
}

bool prepare_terminal(Child& child, Failure& failure) {
  if (!child.plan.spec.terminal) return true;
  Terminal terminal;
  if (!open_terminal(*child.plan.spec.terminal, child.is_entrypoint(), terminal, failure)) {
    return false;
  }
  if (!send_terminal(child.status, terminal)) {
    return fail(failure, FailureStage::other, "handing the terminal over");
  }
  for (Fd& stream : child.streams) {
    stream = Fd(fcntl(terminal.slave.get(), F_DUPFD_CLOEXEC, 3));
  }
  return true;
}

// The process may open /dev/stdout anew: what is behind it must be its own (as runc does it).
bool take_streams(Child& child, Failure& failure) {
  for (std::size_t i = 0; i < child.streams.size(); ++i) {
    Fd& stream = child.streams[i];
    const bool is_null = !stream;
    if (is_null) stream = open_path("/dev/null", O_RDWR);
    if (!stream ||
        (!is_null && fchown(stream.get(), child.identity.uid, static_cast<gid_t>(-1)) != 0) ||
        dup2(stream.get(), static_cast<int>(i)) < 0) {
      return fail(failure, FailureStage::other, "preparing stdin, stdout and stderr");
    }
  }
  return true;
}

// The limits, and what of the policy is not to be had any more once root has gone.
bool bound(Child& child, Failure& failure) {
  const auto& spec = child.plan.spec;
  umask(spec.umask);
  return set_limits(spec, failure) && set_oom_score(spec, failure) && filter_as_root(spec, failure);
}

bool become_user(Child& child, Failure& failure) {
  const Identity& identity = child.identity;
  const std::uint64_t capabilities = child.plan.spec.capabilities;
  if (!limit_capabilities(capabilities) ||
      setgroups(identity.groups.size(), identity.groups.data()) != 0 || setgid(identity.gid) != 0 ||
      setuid(identity.uid) != 0 || (identity.uid == 0 && !apply_capabilities(capabilities))) {
    return fail(
        failure, FailureStage::user,
        "becoming user " + std::to_string(identity.uid) + ":" + std::to_string(identity.gid));
  }
  return true;
}

bool look_up_command(Child& child, Failure& failure) {
  const auto& argv = child.plan.spec.argv;
  const std::string& tool = child.plan.spec.tool;
  if (!tool.empty()) {
    return find_tool(tool) != nullptr ||
           fail_with(failure, FailureStage::spec, "this guest has no tool \"" + tool + "\"");
  }
  if (argv.empty()) return fail_with(failure, FailureStage::spec, "no command specified");
  return find_command(argv[0], child.env, child.command, failure);
}

// By the system call: the library keeps two signals to itself, which may have been ignored too.
void reset_signals() {
  const struct {
    void (*handler)(int) = SIG_DFL;
    unsigned long flags = 0;
    void (*restorer)() = nullptr;
    std::uint64_t mask = 0;
  } defaults;  // the kernel's struct sigaction
  for (int number = 1; number < NSIG; ++number) {
    syscall(SYS_rt_sigaction, number, &defaults, nullptr, sizeof defaults.mask);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool confine(Child& child, Failure& failure) {
  return filter_unprivileged(child.plan.spec, failure);
}

bool execute_command(Child& child, Failure& failure) {
  reset_signals();
  return execute(child.command, child.plan.spec.argv, child.env, failure);
}

// Our own binary, under another name; returns where that fails.
void execute_own(const Child& child, const char* name, const char* argument) {
  const char* argv[] = {name, argument, nullptr};
  const char* env[] = {nullptr};
  execveat(child.plan.guest.own_binary.get(), "", const_cast<char**>(argv), const_cast<char**>(env),
           AT_EMPTY_PATH);
}

// Our init stays as PID 1, all signals blocked; the command is its child and has the terminal.
bool start_under_init(Child& child, Failure& failure) {
  const pid_t pid = fork();
  if (pid < 0) return fail(failure, FailureStage::other, "starting a process");
  if (pid == 0) {
    setpgid(0, 0);
    if (child.plan.spec.terminal) tcsetpgrp(STDIN_FILENO, getpgrp());
    return execute_command(child, failure);
  }
  const std::string number = std::to_string(pid);
  execute_own(child, mini_init_name, number.c_str());
  return fail(failure, FailureStage::other, "executing the container's init");
}

bool start_tool(Child& child, Failure& failure) {
  reset_signals();
  execute_own(child, find_tool(child.plan.spec.tool)->argv0, nullptr);
  return fail(failure, FailureStage::other, "executing " + child.plan.spec.tool);
}

bool start_command(Child& child, Failure& failure) {
  if (!child.plan.spec.tool.empty()) return start_tool(child, failure);
  return child.plan.spec.init ? start_under_init(child, failure) : execute_command(child, failure);
}

enum Whose { both, entrypoint, others };

struct Stage {
  Whose whose;
  bool (*run)(Child& child, Failure& failure);
};

constexpr Stage stages[] = {
    {others, join_namespaces},
    {both, begin_session},
    {entrypoint, complete_namespaces},
    {entrypoint, enter_root},
    {both, resolve_user},
    {both, make_working_directory},
    {both, prepare_terminal},
    {entrypoint, close_root},
    {both, enter_working_directory},
    {both, take_streams},
    {both, bound},
    {both, become_user},
    {both, look_up_command},
    {both, confine},
    {both, start_command},
};

bool concerns(const Stage& stage, const Child& child) {
  return stage.whose == both || (stage.whose == entrypoint) == child.is_entrypoint();
}

}  // namespace

void run_child(const ProcessPlan& plan, ChildStreams streams, int status) {
  Child child{.plan = plan, .streams = std::move(streams), .status = status};
  Failure failure;
  for (const Stage& stage : stages) {
    if (!concerns(stage, child) || stage.run(child, failure)) continue;
    send_failure(status, failure);
    break;
  }
  _exit(EXIT_FAILURE);
}

}  // namespace guest_init
