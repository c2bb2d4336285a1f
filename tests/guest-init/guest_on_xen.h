// A real domain whose PID 1 is guest-init, with its disks, and a peer that speaks to it.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/guest.h"
#include "tests/support/guest_peer.h"
#include "tests/support/vchan_transport.h"
#include "xen/block_device.h"
#include "xen/layered_disk.h"

namespace guest_on_xen {

using testing_support::shell;
using testing_support::within;

inline constexpr unsigned disk_megabytes = 512;

class GuestOnXen : public testing_support::OnXen {
 protected:
  static void SetUpTestSuite() {
    OnXen::SetUpTestSuite();
    if (!files_) return;
    const char* told = std::getenv("VXN_GUEST_INIT");
    // A later archive's files replace those of an earlier one.
    shell(
        fmt::format("cd {0} && mkdir -p own && cp {1} own/init && chmod 755 own/init && "
                    "cp initrd own.initrd && cd own && "
                    "find . | (cpio --quiet -o -H newc || busybox cpio -o -H newc) >>../own.initrd",
                    files_->path(), told != nullptr ? told : "/usr/libexec/vxn/guest-init"));
    make_layer();
  }

  static void make_layer() {
    shell(
        fmt::format("cd {} && mkdir -p tree/bin tree/etc tree/tmp && cp $(command -v busybox) "
                    "tree/bin/busybox && "
                    "chroot tree /bin/busybox --install -s /bin && "
                    "mksquashfs tree layer.squashfs -comp lz4 -quiet -no-progress >&2",
                    files_->path()));
  }

  // Built and unpaused; its disks offered before.
  void boot(const std::string& words = "") {
    auto wish = config(words);
    wish.ramdisk = files_->path() + "/own.initrd";
    guest_ = create(wish);
    offer_disks();
    console_.emplace(console(*guest_));
    unpaused_.lap();
    hypervisor_->unpause(*guest_);
  }

  void offer_disks() {
    const base::Uuid guid = base::Uuid::random();
    layers_ = std::make_unique<xen::LayeredDisk>(
        xen::LayeredDisk::assemble({.layers = {files_->path() + "/layer.squashfs"},
                                    .guid = guid,
                                    .name = "test-" + base::random_hex(4),
                                    .run_directory = files_->path()},
                                   within(30)));
    const base::Uuid uuid = base::Uuid::random();
    const std::string file = files_->path() + "/" + uuid.text();
    shell(fmt::format("truncate -s {}M {} && mke2fs -q -t ext4 -U {} {}", disk_megabytes, file,
                      uuid.text(), file));
    writable_file_ = file;
    loop_.emplace(
        xen::LoopDevice::attach(base::open_file(file, O_RDWR).get(), xen::Access::read_write));
    xen::offer(
        *store_,
        {{.guest = *guest_, .index = 0, .path = layers_->path(), .device = layers_->device()},
         {.guest = *guest_,
          .index = 1,
          .path = loop_->path(),
          .device = loop_->device(),
          .writable = true}});
    spec_ = {.hostname = "box",
             .layers = 1,
             .read_only_disk = stored_guid(),
             .writable_disk = uuid.bytes()};
  }

  // As the disk's own header has it.
  protocol::DiskId stored_guid() const {
    protocol::DiskId id{};
    const auto disk = base::open_file(layers_->path(), O_RDONLY);
    EXPECT_EQ(pread(disk.get(), id.data(), id.size(), 512 + 56), 16);
    return id;
  }

  void connect() {
    slot_.reset();
    slot_ = std::make_unique<support::VchanTransport>(
        xen::Vchan::connect(*store_, *guest_, 0, within(180)));
    if (peer_) {
      peer_->reconnect(slot_->transport());
    } else {
      peer_ = std::make_unique<support::GuestPeer>(slot_->transport());
    }
  }

  // A connection to what a guest is about to close ends early: then once more.
  void reconnect() {
    slot_.reset();
    for (int tries = 0;; ++tries) {
      connect();
      try {
        peer_->handshake();
        return;
      } catch (const base::Error&) {
        if (tries == 5) throw;
      }
    }
  }

  void boot_container() {
    boot();
    connect();
    peer_->handshake();
    const auto failure = peer_->make_container(spec_);
    ASSERT_FALSE(failure) << failure->text;
  }

  static protocol::ProcessSpec command(const std::string& script) {
    return {.argv = {"sh", "-c", script}, .env = {"PATH=/bin"}};
  }

  // One buffer of that size, filled at once.
  static protocol::ProcessSpec eat(const std::string& size) {
    return command("dd if=/dev/zero of=/dev/null count=1 bs=" + size);
  }

  std::string run(const std::string& script, std::uint32_t process = 0) {
    peer_->start(process, command(script));
    if (const auto failure = peer_->wait_started(process)) return failure->text;
    peer_->wait_exit(process);
    return peer_->view(process).text[0];
  }

  ::testing::AssertionResult shuts_down() {
    peer_->say(protocol::FrameType::shutdown);
    const auto deadline = within(30);
    while (!peer_->is_shut_down()) peer_->step(deadline);
    return becomes(*guest_, xen::DomainInfo::State::shutdown);
  }

  void TearDown() override {
    if (HasFailure() && console_) {
      while (base::wait_readable(console_->fd(), base::Deadline::after(base::Milliseconds(100)))) {
        if (const auto more = console_->read()) heard_ += *more;
      }
      fmt::print("{}\n", heard_);
    }
    peer_.reset();
    slot_.reset();
    OnXen::TearDown();
    layers_.reset();
    loop_.reset();
    if (!writable_file_.empty()) base::remove_file(writable_file_);
  }

  std::optional<xen::DomainId> guest_;
  std::optional<xen::Console> console_;
  base::Stopwatch unpaused_;
  std::unique_ptr<xen::LayeredDisk> layers_;
  std::optional<xen::LoopDevice> loop_;
  std::string writable_file_;
  protocol::ContainerSpec spec_;
  std::unique_ptr<support::VchanTransport> slot_;
  std::unique_ptr<support::GuestPeer> peer_;
};

}  // namespace guest_on_xen
