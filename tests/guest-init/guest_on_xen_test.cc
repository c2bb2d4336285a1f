// guest-init as PID 1 of a real domain: in dom0 (VXN_GUEST_INIT names the binary); skipped
// elsewhere.
#include "tests/guest-init/guest_on_xen.h"

#include <csignal>

namespace guest_on_xen {
namespace {

// Figures for people: what a boot is made of, by the guest's own clock.
void print_times(const support::GuestPeer& peer) {
  std::uint64_t last = 0;
  for (const auto& timing : peer.timings()) {
    fmt::print("{:>16} {:8.1f} ms, +{:.1f}\n", timing.name, static_cast<double>(timing.ns) / 1e6,
               static_cast<double>(timing.ns - last) / 1e6);
    last = timing.ns;
  }
}

TEST_F(GuestOnXen, BootsRunsACommandAndPowersOff) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  fmt::print("unpause to container {} ms\n", unpaused_.lap().count() / 1000);
  print_times(*peer_);
  const double boot = static_cast<double>(peer_->hello().hello_ns);
  const double own = static_cast<double>(peer_->hello().hello_ns - peer_->hello().exec_ns);
  fmt::print("guest-init's share of the time to HELLO: {:.1f} %\n", 100 * own / boot);
  EXPECT_EQ(run("echo hello"), "hello\n");
  EXPECT_EQ(run("echo $$; hostname; cat /proc/self/cgroup"), "1\nbox\n0::/\n");
  EXPECT_EQ(run("ls -A /proc/xen; ls /dev/xen /dev/xvda /dev/kmsg 2>/dev/null"), "");
  base::Stopwatch watch;
  EXPECT_EQ(run("true"), "");
  fmt::print("start to exit of true {} us\n", watch.lap().count());
  EXPECT_TRUE(shuts_down());
  fmt::print("shutdown {} us\n", watch.lap().count());
  EXPECT_EQ(shell("e2fsck -f -n " + writable_file_ + " > /dev/null 2>&1; echo $?"), "0");
}

TEST_F(GuestOnXen, MovesBytesThroughTheVchanWhole) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  std::string bytes(64 << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  protocol::ProcessSpec spec{.argv = {"cat"}, .env = {"PATH=/bin"}, .standard_input = true};
  const base::Stopwatch watch;
  peer_->start(0, spec);
  peer_->give_input(0, bytes);
  peer_->wait_exit(0);
  const double seconds = static_cast<double>(watch.elapsed().count()) / 1e6;
  fmt::print("64 MiB through cat in {:.2f} s, {:.0f} MB/s each way\n", seconds, 67.1 / seconds);
  EXPECT_TRUE(peer_->view(0).text[0] == bytes);
}

TEST_F(GuestOnXen, LosesNothingWithItsHost) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer_->start(0, command("seq 1 1000000"));
  for (std::size_t size = 1 << 20; size < 6 << 20; size += 1 << 20) {
    peer_->wait_until(0, [&](const auto& view) { return view.text[0].size() > size || view.exit; });
    const base::Stopwatch watch;
    reconnect();
    fmt::print("reconnected in {} ms\n", watch.elapsed().count() / 1000);
  }
  EXPECT_EQ(peer_->wait_exit(0).value, 0u);
  const std::string& text = peer_->view(0).text[0];
  EXPECT_EQ(text.size(), 6888896u);
  std::size_t at = 0;
  for (int i = 1; i <= 1000000; ++i) {
    const std::string line = std::to_string(i) + "\n";
    ASSERT_EQ(text.compare(at, line.size(), line), 0) << i;
    at += line.size();
  }
}

TEST_F(GuestOnXen, TellsThatTheKernelKilledForMemory) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  // A single buffer above the guest's memory would be refused, not killed.
  peer_->start(0, command("for i in 1 2 3 4 5; do dd if=/dev/zero of=/dev/null bs=60M & done; "
                          "sleep 5; kill -9 -1"));
  const auto exit = peer_->wait_exit(0);
  EXPECT_TRUE(exit.oom);
  EXPECT_EQ(run("echo still here"), "still here\n");
  EXPECT_FALSE(peer_->view(0).exit->oom);
}

TEST_F(GuestOnXen, LimitsTheMemoryOfTheContainerOnly) {
  boot();
  spec_.memory_limit = 16 << 20;
  connect();
  peer_->handshake();
  const auto failure = peer_->make_container(spec_);
  ASSERT_FALSE(failure) << failure->text;
  EXPECT_EQ(run("cat /sys/fs/cgroup/memory.max"), "16777216\n");
  peer_->start(0, eat("50M"));
  EXPECT_TRUE(peer_->wait_exit(0).oom);
}

TEST_F(GuestOnXen, EndsInOrderWhenTheToolstackAsks) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  peer_->start(0, command("trap '' TERM; echo x > /file; while :; do sleep 1; done"));
  ASSERT_FALSE(peer_->wait_started(0));
  EXPECT_TRUE(xl_->shutdown(*guest_, std::chrono::seconds(30)));
  EXPECT_TRUE(becomes(*guest_, xen::DomainInfo::State::shutdown));
  EXPECT_EQ(shell("e2fsck -f -n " + writable_file_ + " > /dev/null 2>&1; echo $?"), "0");
}

TEST_F(GuestOnXen, GivesWhatWasDeletedBackToTheHost) {
  ASSERT_NO_FATAL_FAILURE(boot_container());
  const auto used = [&] { return std::stoll(shell("sync; stat -c %b " + writable_file_)) / 2048; };
  EXPECT_EQ(run("head -c 160m /dev/zero > /big; sync; ls -l /big | wc -l"), "1\n");
  EXPECT_GE(used(), 155);
  EXPECT_EQ(run("rm /big; sync"), "");
  EXPECT_TRUE(shuts_down());
  EXPECT_LT(used(), 100);
}

// Its vchan needs modules, but of a kernel that has what they bring: without either there is nobody
// to tell; else whoever wants a container is told.
TEST_F(GuestOnXen, AModuleThatIsNotThereIsTold) {
  const std::string line = "opening the module /modules/absent.ko: no such file or directory";
  const std::string modules = shell(fmt::format(
      "(cpio --quiet -t || busybox cpio -t) <{}/initrd | grep -c '[.]ko$' || :", files_->path()));
  shell(
      fmt::format("cd {0} && rm -rf bare && mkdir -p bare/modules && cp own/init bare && "
                  "echo absent.ko > bare/modules/order && cd bare && "
                  "find . | (cpio --quiet -o -H newc || busybox cpio -o -H newc) >../bare.initrd",
                  files_->path()));
  auto wish = config();
  wish.ramdisk = files_->path() + "/bare.initrd";
  const xen::DomainId guest = create(wish);
  xen::Console kernel = console(guest);
  hypervisor_->unpause(guest);
  EXPECT_TRUE(says(kernel, "vxn: " + line));
  if (modules != "0") {
    EXPECT_TRUE(becomes(guest, xen::DomainInfo::State::crashed));
    return;
  }
  guest_ = guest;
  connect();
  peer_->handshake();
  spec_.layers = 1;
  const auto failure = peer_->make_container(spec_);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->text, line);
}

}  // namespace
}  // namespace guest_on_xen
