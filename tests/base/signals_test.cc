#include "base/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/lock.h"

namespace base {
namespace {

TEST(SignalSource, OffersWhatCameAndHoldsItBack) {
  SignalSource source{SIGUSR1, SIGUSR2};
  EXPECT_FALSE(source.next());
  EXPECT_EQ(::raise(SIGUSR1), 0);
  EXPECT_TRUE(wait_readable(source.fd(), Deadline::after(Milliseconds{0})));
  EXPECT_EQ(source.next(), SIGUSR1);
  EXPECT_FALSE(source.next());
}

TEST(SignalSource, PutsTheMaskBack) {
  sigset_t before;
  sigset_t during;
  sigset_t after;
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  {
    const SignalSource source{SIGUSR1};
    pthread_sigmask(SIG_BLOCK, nullptr, &during);
  }
  pthread_sigmask(SIG_BLOCK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGUSR1), 0);
  EXPECT_EQ(sigismember(&during, SIGUSR1), 1);
  EXPECT_EQ(sigismember(&after, SIGUSR1), 0);
}

TEST(InterruptGuardTest, TellsOfASignalInsteadOfDying) {
  EXPECT_FALSE(interrupted());
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const InterruptGuard guard;
    EXPECT_TRUE(interrupts_are_watched());
    EXPECT_NO_THROW(throw_if_interrupted());
    EXPECT_EQ(::raise(signal), 0);
    EXPECT_TRUE(interrupted());
    EXPECT_EQ(interrupt_signal(), signal);
    try {
      throw_if_interrupted();
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::interrupted);
    }
  }
  EXPECT_FALSE(interrupts_are_watched());
  EXPECT_FALSE(interrupted());
  EXPECT_EQ(interrupt_signal(), SIGHUP) << "the exit code is made of it after the guard";
  note_interrupt(SIGTERM);
  EXPECT_EQ(interrupt_signal(), SIGTERM);
  EXPECT_FALSE(interrupted());
}

TEST(InterruptGuardTest, PutsTheDispositionBack) {
  { const InterruptGuard guard; }
  EXPECT_EXIT(static_cast<void>(::raise(SIGTERM)), testing::KilledBySignal(SIGTERM), "");
}

TEST(InterruptGuardTest, EndsAWait) {
  const InterruptGuard guard;
  Pair pipe = make_pipe();
  std::thread sender([] {
    std::this_thread::sleep_for(Milliseconds{20});
    ::kill(::getpid(), SIGTERM);
  });
  EXPECT_THROW(wait_readable(pipe.first.get(), Deadline::never()), Error);
  sender.join();
}

TEST(InterruptGuardTest, EndsAWaitThoughAnotherThreadTookTheSignal) {
  const InterruptGuard guard;
  Pair pipe = make_pipe();
  std::thread taker([] {
    std::this_thread::sleep_for(Milliseconds{20});
    EXPECT_EQ(::raise(SIGTERM), 0);  // this thread's own
  });
  EXPECT_THROW(wait_readable(pipe.first.get(), Deadline::after(std::chrono::hours{1})), Error);
  taker.join();
}

TEST(InterruptGuardTest, EndsTheWaitForALock) {
  const InterruptGuard guard;
  const TempDir directory("/tmp", "signals-test");
  const auto held = FileLock::try_acquire(directory.path() + "/lock");
  EXPECT_EQ(::raise(SIGINT), 0);
  try {
    FileLock::acquire(directory.path() + "/lock", Deadline::never(), "it");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

TEST(InterruptShieldTest, LetsCleanUpWorkAndEndsWithIt) {
  const InterruptGuard guard;
  EXPECT_EQ(::raise(SIGINT), 0);
  {
    const InterruptShield shield;
    const InterruptShield inner;
    EXPECT_FALSE(interrupted());
    EXPECT_EQ(interrupt_signal(), SIGINT);
    Pair pipe = make_pipe();
    EXPECT_FALSE(wait_readable(pipe.first.get(), Deadline::after(Milliseconds{1})));
    std::thread([] { EXPECT_TRUE(interrupted()); }).join();  // this thread's alone
  }
  EXPECT_TRUE(interrupted());
}

TEST(ParseSignal, ReadsNamesAndNumbers) {
  struct Case {
    const char* text;
    int number;
  };
  const Case cases[] = {
      {"TERM", SIGTERM},  {"SIGTERM", SIGTERM}, {"sigterm", SIGTERM},
      {"15", 15},         {"Kill", SIGKILL},    {"9", 9},
      {"HUP", SIGHUP},    {"SIGUSR1", SIGUSR1}, {"CLD", SIGCHLD},
      {"IOT", SIGABRT},   {"IO", SIGIO},        {"POLL", SIGIO},
      {"WINCH", 28},      {"SYS", SIGSYS},      {"RTMIN", 34},
      {"SIGRTMIN+3", 37}, {"RTMAX", 64},        {"rtmax-14", 50},
      {"64", 64},         {"STKFLT", 16},
  };
  for (const Case& c : cases) EXPECT_EQ(parse_signal(c.text), c.number) << c.text;
}

TEST(Signals, NumbersHaveTheirNamesBack) {
  EXPECT_EQ(signal_name(15), "SIGTERM");
  EXPECT_EQ(signal_name(9), "SIGKILL");
  EXPECT_EQ(signal_name(40), "40");
}

TEST(ParseSignal, OtherTextIsNone) {
  for (const char* text : {"", "0", "-9", "65", "+9", "9 ", "SIG", "SIGSIGTERM", "NOPE", "RTMIN-1",
                           "RTMIN+31", "RTMAX+1", "RTMIN+", "RTMIN3", "99999999999"})
    EXPECT_FALSE(parse_signal(text)) << text;
}

}  // namespace
}  // namespace base
