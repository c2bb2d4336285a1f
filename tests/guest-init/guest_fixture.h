// A pretended guest with real disks: squashfs layers in a GPT on a loop device, ext4 on another.
// Needs root, loop devices and namespaces; skips, visibly, where there are none.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/subprocess.h"
#include "tests/support/guest_peer.h"
#include "tests/support/socket_transport.h"

namespace guest_init_test {

struct TestDisk {
  std::string device;  // "/dev/loop3"
  base::UniqueFd fd;   // the loop clears itself with the last close
  protocol::DiskId id{};
};

// Layers as squashfs files, the lowest first.
TestDisk make_layer_disk(const std::string& directory, const std::vector<std::string>& layers);
struct DiskFile {
  std::string path;
  protocol::DiskId id{};
};
DiskFile make_writable_file(const std::string& directory);
TestDisk attach_writable(const DiskFile& file);
std::string make_squashfs(const std::string& tree, const std::string& file);

// What a run of a process gave.
struct Result {
  std::optional<protocol::Failure> failure;
  protocol::ExitRecord exit;
  std::string out;
  std::string err;
};

class GuestTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  // Two layers: busybox with /etc/passwd and so on, and one with whiteouts.
  static const std::vector<std::string>& layers();
  const std::string& directory() const { return directory_->path(); }

  void boot();  // and connect
  void connect() { connect(0); }
  // One that several may share, with that many slots; ends by itself after `idle_ms` without a
  // container (0: never). Nobody is connected.
  void boot_shared(unsigned slots, unsigned idle_ms = 0);
  void connect(unsigned slot);
  support::GuestPeer& peer(unsigned slot) { return *links_[slot].peer; }
  // Until the slot's container has gone and the guest has hung up; it is to let go of `unwanted`.
  void clear(unsigned slot, const std::vector<protocol::DiskId>& unwanted = {});
  pid_t guest_pid() const { return guest_->pid(); }
  // Its exit status once it has ended by itself; nullopt where it has not in that time.
  std::optional<base::ExitStatus> wait_end(base::Milliseconds time);
  void lose_connection();                 // as a killed relay does
  void send_raw(std::string_view bytes);  // instead of the peer
  bool is_hung_up();                      // before long
  protocol::ContainerSpec container_spec();
  void boot_container() { boot_container(container_spec()); }
  void boot_container(const protocol::ContainerSpec& spec);
  void start_afresh();  // as if nothing had been booted
  // Ends the guest in order; its exit status.
  base::ExitStatus shut_down();

  static protocol::ProcessSpec command(std::vector<std::string> argv);
  static protocol::ProcessSpec shell(const std::string& script);
  Result run(const protocol::ProcessSpec& spec, std::string_view input = {},
             std::uint32_t process = 0);

  support::GuestPeer& peer() { return peer(0); }
  std::string log() const;
  const TestDisk& writable() const { return *writable_; }

 private:
  std::unique_ptr<base::TempDir> directory_;
  std::optional<TestDisk> layer_disk_;
  std::optional<TestDisk> writable_;
  std::optional<base::Child> guest_;
  struct Link {
    int connection = -1;  // the socket's
    std::unique_ptr<support::SocketTransport> socket;
    std::unique_ptr<support::GuestPeer> peer;
  };
  void spawn_guest(unsigned slots, const std::vector<std::string>& words);
  std::string slot_path(unsigned slot) const;

  std::map<unsigned, Link> links_;  // by slot
  std::string cgroup_;
};

}  // namespace guest_init_test
