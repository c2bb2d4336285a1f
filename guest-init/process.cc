#include "guest-init/process.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace guest_init {

using protocol::FrameType;
using protocol::standard_error;
using protocol::standard_input;
using protocol::standard_output;

void Process::start(const ProcessPlan& plan) {
  Launched launched;
  standard_input_ = plan.spec.standard_input;
  oom_kills_ = plan.container.cgroup().oom_kills();
  record_.started_ns = real_time_ns();
  if (!launch(plan, launched, failure_)) {
    phase_ = Phase::failed;
    return;
  }
  pid_ = launched.pid;
  pidfd_ = std::move(launched.pidfd);
  words_ = std::move(launched.status);
  input_.open(std::move(launched.streams[standard_input]), false);
  for (const std::uint8_t stream : {standard_output, standard_error}) {
    output(stream).open(std::move(launched.streams[stream]));
  }
  if (plan.spec.terminal) output(standard_error).end();
}

protocol::ProcessEntry Process::entry() const {
  protocol::ProcessEntry entry{.process = number_};
  entry.state = is_alive() ? protocol::ProcessState::running : protocol::ProcessState::exited;
  if (input_.is_open()) entry.open = 1;
  entry.position[standard_input] = input_.stream().received();
  for (const std::uint8_t stream : {standard_output, standard_error}) {
    if (!output(stream).stream().ended()) {
      entry.open = static_cast<std::uint8_t>(entry.open | 1u << stream);
    }
    entry.position[stream] = output(stream).stream().acknowledged();
  }
  return entry;
}

void Process::watch(PollSet& set) const {
  set.add(words_.get(), POLLIN);
  input_.watch(set);
  for (const OutputPipe& pipe : outputs_) pipe.watch(set);
}

void Process::serve(const PollSet& set) {
  if (set.ready(words_.get()) != 0) read_words();
  input_.serve(set);
  for (OutputPipe& pipe : outputs_) pipe.serve(set, !is_alive());
}

void Process::read_words() {
  while (words_) {
    Terminal terminal;
    switch (read_status(words_.get(), terminal, failure_)) {
      case StatusKind::none:
        return;
      case StatusKind::terminal:
        take_terminal(std::move(terminal));
        break;
      case StatusKind::failed:
        phase_ = Phase::failed;
        words_.reset();
        break;
      case StatusKind::executed:
        words_.reset();
        started();
        break;
    }
  }
}

void Process::take_terminal(Terminal terminal) {
  set_nonblocking(terminal.master.get());
  if (standard_input_) {
    input_.open(Fd(fcntl(terminal.master.get(), F_DUPFD_CLOEXEC, 3)), true);
  }
  output(standard_output).open(Fd(fcntl(terminal.master.get(), F_DUPFD_CLOEXEC, 3)));
  terminal_master_ = std::move(terminal.master);
  terminal_slave_ = std::move(terminal.slave);
}

void Process::started() {
  phase_ = Phase::running;
  for (const int signal : signals_) kill(signal);
  signals_.clear();
}

void Process::kill(int signal) {
  if (phase_ == Phase::starting) signals_.push_back(signal);
  if (phase_ == Phase::running || (phase_ == Phase::starting && signal == SIGKILL)) {
    syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
  }
}

void Process::reaped(int status, std::uint64_t oom_kills) {
  read_words();
  words_.reset();
  terminal_slave_.reset();
  terminal_master_.reset();
  input_.close();
  if (phase_ == Phase::failed) return;
  phase_ = Phase::exited;
  record_.finished_ns = real_time_ns();
  record_.signalled = WIFSIGNALED(status);
  record_.value =
      static_cast<std::uint32_t>(record_.signalled ? WTERMSIG(status) : WEXITSTATUS(status));
  record_.oom = oom_kills > oom_kills_;
}

bool Process::take(const protocol::Frame& frame) {
  const bool input = frame.stream == standard_input;
  switch (frame.type) {
    case FrameType::data:
      return input && input_.accept(frame.offset, frame.payload);
    case FrameType::eof:
      return input && input_.accept_eof(frame.offset);
    case FrameType::close:
      if (!input) close_output(frame.stream);
      return !input;
    case FrameType::ack: {
      protocol::Reader reader(frame.payload);
      const std::uint64_t limit = reader.u64();
      return !input && reader.finished() &&
             output(frame.stream).stream().acknowledge(frame.offset, limit);
    }
    case FrameType::signal: {
      protocol::Reader reader(frame.payload);
      const std::uint32_t signal = reader.u32();
      if (reader.finished() && signal < NSIG) kill(static_cast<int>(signal));
      return reader.finished();
    }
    case FrameType::resize: {
      protocol::WindowSize size;
      if (!decode(frame.payload, size)) return false;
      if (terminal_master_) resize_terminal(terminal_master_.get(), size);
      return true;
    }
    default:
      return false;
  }
}

// A terminal cannot be closed one way: it is hung up.
void Process::close_output(std::uint8_t stream) {
  output(stream).discard();
  if (!terminal_master_) return;
  input_.close();
  terminal_master_.reset();
}

void Process::forget_said() {
  said_ = false;
  exit_said_ = false;
  input_.forget_said();
  for (OutputPipe& pipe : outputs_) pipe.stream().rewind(pipe.stream().acknowledged());
}

bool Process::rewind(std::uint8_t stream, std::uint64_t position) {
  return stream == standard_input || output(stream).stream().rewind(position);
}

}  // namespace guest_init
