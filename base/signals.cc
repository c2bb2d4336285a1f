#include "base/signals.h"

#include <sys/signalfd.h>

#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/text.h"

namespace base {
namespace {

constexpr std::array interrupt_signals = {SIGINT, SIGTERM, SIGHUP};

// What the one guard's handler tells: process-wide, as signal dispositions are.
constinit std::atomic<bool> guarded{false};
constinit std::atomic<int> caught{0};
constinit std::atomic<int> last{0};
constinit std::array<struct sigaction, interrupt_signals.size()> before_guard{};
constinit thread_local int shields = 0;

static_assert(std::atomic<int>::is_always_lock_free, "a signal handler writes it");

void on_interrupt(int signal) {
  caught.store(signal);
  last.store(signal);
}

struct SignalName {
  std::string_view name;
  int number;
};
// Beside those of sigabbrev_np(3).
constexpr std::array aliases = {
    SignalName{"CLD", SIGCHLD}, SignalName{"IOT", SIGABRT},      SignalName{"IO", SIGIO},
    SignalName{"POLL", SIGIO},  SignalName{"STKFLT", SIGSTKFLT},
};

// Real-time signals as users see them: glibc keeps 32 and 33 for itself.
constexpr int first_realtime = 34;
constexpr int last_signal = 64;

// "RTMIN", "RTMIN+3", "RTMAX-14", "RTMAX".
std::optional<int> parse_realtime(std::string_view name) {
  const bool from_first = name.starts_with("rtmin");
  if (!from_first && !name.starts_with("rtmax")) return std::nullopt;
  std::string_view rest = name.substr(5);
  int distance = 0;
  if (!rest.empty()) {
    if (rest[0] != (from_first ? '+' : '-')) return std::nullopt;
    auto number = parse_number<unsigned>(rest.substr(1));
    if (!number || *number > last_signal - first_realtime) return std::nullopt;
    distance = static_cast<int>(*number);
  }
  return from_first ? first_realtime + distance : last_signal - distance;
}

}  // namespace

SignalSource::SignalSource(std::initializer_list<int> signals) : before_{} {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : signals) sigaddset(&set, signal);
  fd_ = UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) throw_errno("making a signal descriptor");
  if (int failed = pthread_sigmask(SIG_BLOCK, &set, &before_))
    throw errno_error(failed, "blocking signals");
}

SignalSource::~SignalSource() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> SignalSource::next() {
  signalfd_siginfo info{};
  auto count = read_some(fd_.get(), std::as_writable_bytes(std::span(&info, 1)));
  if (!count || *count != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

InterruptGuard::InterruptGuard() {
  [[maybe_unused]] bool another = guarded.exchange(true);
  assert(!another);
  caught = 0;
  struct sigaction action {};
  action.sa_handler = on_interrupt;  // no SA_RESTART: what blocks shall return and look
  for (std::size_t i = 0; i < interrupt_signals.size(); ++i)
    if (::sigaction(interrupt_signals[i], &action, &before_guard[i]) < 0)
      throw_errno("catching signals");
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t i = 0; i < interrupt_signals.size(); ++i)
    ::sigaction(interrupt_signals[i], &before_guard[i], nullptr);
  caught = 0;
  guarded = false;
}

InterruptShield::InterruptShield() { ++shields; }
InterruptShield::~InterruptShield() { --shields; }

bool interrupted() { return shields == 0 && caught.load() != 0; }

int interrupt_signal() { return last.load(); }

void note_interrupt(int signal) { last.store(signal); }

bool interrupts_are_watched() { return guarded.load(); }

void throw_if_interrupted() {
  if (interrupted()) throw Error(ErrorKind::interrupted, "interrupted");
}

std::optional<int> parse_signal(std::string_view text) {
  if (auto number = parse_number<int>(text)) {
    if (*number < 1 || *number > last_signal) return std::nullopt;
    return number;
  }
  std::string name = lower(text);
  if (name.starts_with("sig")) name.erase(0, 3);
  for (int signal = 1; signal < 32; ++signal) {
    const char* abbreviation = sigabbrev_np(signal);
    if (abbreviation != nullptr && lower(abbreviation) == name) return signal;
  }
  for (const SignalName& alias : aliases)
    if (lower(alias.name) == name) return alias.number;
  return parse_realtime(name);
}

std::string signal_name(int signal) {
  const char* abbreviation = sigabbrev_np(signal);
  return abbreviation == nullptr ? std::to_string(signal) : std::string("SIG") + abbreviation;
}

}  // namespace base
