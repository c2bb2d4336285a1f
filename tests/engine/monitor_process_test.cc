#include "engine/monitor_process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "base/error.h"
#include "base/fd_passing.h"
#include "base/file.h"

namespace engine {
namespace {

class MonitorProcessTest : public testing::Test {
 protected:
  // A monitor of our own making.
  void install(const std::string& body) {
    base::replace_file(directory_.path() + "/vxn-monitor", "#!/bin/sh\n" + body, 0700);
    settings_.libexec = directory_.path();
    settings_.data_root = "/data";
    settings_.run_root = "/run";
  }
  base::FileLock lock() { return *base::FileLock::try_acquire(directory_.path() + "/lock"); }

  base::TempDir directory_{testing::TempDir(), "monitor"};
  Settings settings_;
};

TEST_F(MonitorProcessTest, AnIdleOneGetsItsOrder) {
  install("echo \"$@\" >&3; head -c 8 <&3 >&4");
  MonitorProcess monitor =
      IdleMonitor::spawn(settings_, FirstClient::us).order({MonitorMode::start, "0a", lock()});
  EXPECT_EQ(base::read_to_end(monitor.launch.get(), 128), "supervise /data /run --client\n");
  EXPECT_EQ(base::read_to_end(monitor.connection.get(), 64), "start 0a");
  waitpid(-1, nullptr, 0);  // it was let go of
}

TEST_F(MonitorProcessTest, OneThatStandsForAContainerHasItsDescriptors) {
  install("echo \"$@\" >&3; head -c 7 <&3 >&3; head -c 2; echo out; echo err >&2; exit 7");
  const base::Pair input = base::make_pipe();
  const base::Pair output = base::make_pipe();
  base::write_all(input.second.get(), "in");
  const MonitorProcess monitor =
      start_monitor(settings_, {MonitorMode::hold, "0a", lock()},
                    {input.first.get(), output.second.get(), output.second.get()});
  EXPECT_EQ(base::read_to_end(monitor.launch.get(), 128), "supervise /data /run --stdio\nhold 0a");
  int status = 0;
  EXPECT_EQ(waitpid(monitor.pid, &status, 0), monitor.pid);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  std::array<std::byte, 64> said{};
  const auto size = base::read_some(output.first.get(), said);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(said.data()), size.value_or(0)).substr(0, 2),
            "in");
}

TEST_F(MonitorProcessTest, OneWithoutAnOrderEndsWithItsCommand) {
  install("exec sleep 60");
  { const IdleMonitor idle = IdleMonitor::spawn(settings_, FirstClient::none); }
  // Nothing left to wait for: it was reaped.
  EXPECT_EQ(waitpid(-1, nullptr, 0), -1);
}

TEST_F(MonitorProcessTest, ADeadOneIsTold) {
  install("exit 1");
  IdleMonitor idle = IdleMonitor::spawn(settings_, FirstClient::none);
  siginfo_t ended{};
  ASSERT_EQ(waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT), 0);
  EXPECT_THROW(std::move(idle).order({MonitorMode::adopt, "0a", lock()}), base::Error);
}

TEST_F(MonitorProcessTest, AnOrderBringsTheLock) {
  const base::Pair sockets = base::make_socket_pair();
  {
    const base::FileLock held = lock();
    base::send_with_fd(sockets.first.get(), "adopt 0a1b", held.fd());
  }
  auto order = receive_order(sockets.second.get());
  ASSERT_TRUE(order);
  EXPECT_EQ(order->mode, MonitorMode::adopt);
  EXPECT_EQ(order->id, "0a1b");
  EXPECT_TRUE(base::is_locked(directory_.path() + "/lock"));
  order.reset();
  EXPECT_FALSE(base::is_locked(directory_.path() + "/lock"));
}

TEST_F(MonitorProcessTest, WhatIsNoOrderIsRefused) {
  for (const std::string text : {"start", "stop 0a", "start0a"}) {
    const base::Pair sockets = base::make_socket_pair();
    base::send_with_fd(sockets.first.get(), text, 0);
    EXPECT_THROW(receive_order(sockets.second.get()), base::Error) << text;
  }
  const base::Pair sockets = base::make_socket_pair();
  base::write_all(sockets.first.get(), "start 0a");
  EXPECT_THROW(receive_order(sockets.second.get()), base::Error) << "without a lock";
}

TEST_F(MonitorProcessTest, NoOrderCameFromACommandThatEnded) {
  base::Pair sockets = base::make_socket_pair();
  sockets.first.reset();
  EXPECT_FALSE(receive_order(sockets.second.get()));
}

}  // namespace
}  // namespace engine
