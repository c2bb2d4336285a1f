// A real guest for tests on Xen: Debian's kernel as vxn-kernel keeps it, with busybox and an init
// that tells on its console what it sees (tests/xen/on_xen_init).
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "base/subprocess.h"
#include "tests/support/source.h"
#include "xen/console.h"
#include "xen/guest_kernel.h"
#include "xen/host.h"
#include "xen/hypervisor.h"
#include "xen/xenstore_client.h"
#include "xen/xl_toolstack.h"

namespace testing_support {

inline base::Deadline within(int seconds) {
  return base::Deadline::after(std::chrono::seconds(seconds));
}

// Runs a shell command; its standard output without the last newline.
inline std::string shell(const std::string& command) {
  std::string out = base::run_checked({"sh", "-c", command}, within(300));
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

// What all cases share: made once per process, the guest kernel (minutes under emulation) only
// where VXN_DATA_ROOT names none.
class GuestFiles {
 public:
  GuestFiles() : directory_(base::is_directory("/var/tmp") ? "/var/tmp" : "/tmp", "vxn-on-xen") {
    const char* data = std::getenv("VXN_DATA_ROOT");
    if (data == nullptr)
      shell(fmt::format("VXN_GUEST_INIT=$(command -v busybox) {} update --data-root {} >&2",
                        source_file("guest-kernel/vxn-kernel"), path()));
    kernel_ = xen::guest_kernel(data != nullptr ? data : path());
    // A later archive's files replace those of an earlier one.
    shell(
        fmt::format("cd {0} && mkdir -p tree/bin && cp {1} tree/init && chmod 755 tree/init && "
                    "cp $(command -v busybox) tree/bin/busybox && cp {2} initrd && cd tree && "
                    "find . | (cpio --quiet -o -H newc || busybox cpio -o -H newc) >>../initrd",
                    path(), source_file("tests/xen/on_xen_init"), kernel_.initrd));
  }
  const std::string& path() const { return directory_.path(); }

  xen::DomainConfig config(const std::string& name, const std::string& words = "") const {
    return {.name = "vxn-" + name,
            .uuid = base::Uuid::random(),
            .memory_mib = 128,
            .vcpus = 1,
            .type = xen::GuestType::pv,
            .kernel = kernel_.kernel,
            .ramdisk = path() + "/initrd",
            .command_line = kernel_.command_line + " " + words};
  }

  // A squashfs with a file "content"; made once.
  std::string layer(const std::string& content) const {
    const std::string file = path() + "/" + content + ".squashfs";
    if (!base::exists(file))
      shell(
          fmt::format("cd {0} && mkdir -p {1}.d && echo {1} >{1}.d/content && "
                      "mksquashfs {1}.d {2} -comp lz4 -quiet -no-progress >&2",
                      path(), content, file));
    return file;
  }

 private:
  base::TempDir directory_;
  xen::GuestKernel kernel_;
};

class OnXen : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!xen::running_on_xen()) return;
    xen::ensure_modules(within(30));
    if (!files_) files_ = std::make_unique<GuestFiles>();
  }
  static void TearDownTestSuite() { files_.reset(); }

  void SetUp() override {
    if (!xen::running_on_xen()) GTEST_SKIP() << "this machine runs no Xen";
    store_ = xen::connect_xenstore();
    hypervisor_ = std::make_unique<xen::Hypervisor>();
    xl_ = std::make_unique<xen::XlToolstack>(*store_, xen::XlOptions{.directory = "/tmp"});
  }

  void TearDown() override {
    if (!xl_) return;
    for (const base::Uuid& uuid : mine_)
      if (auto info = hypervisor_->find(uuid)) xl_->destroy(info->id);
  }

  xen::DomainId create(const xen::DomainConfig& config) {
    mine_.push_back(config.uuid);
    return xl_->create(config);
  }
  xen::DomainConfig config(const std::string& words = "") const {
    return files_->config("test-" + base::random_hex(3), words);
  }

  // Follows the guest's console until it says this.
  ::testing::AssertionResult says(xen::Console& console, const std::string& text,
                                  int seconds = 60) {
    const base::Deadline deadline = within(seconds);
    while (heard_.find(text) == std::string::npos) {
      if (!base::wait_readable(console.fd(), deadline))
        return ::testing::AssertionFailure() << "no \"" << text << "\" in: " << heard_;
      auto more = console.read();
      if (!more) return ::testing::AssertionFailure() << "the console is closed: " << heard_;
      heard_ += *more;
    }
    return ::testing::AssertionSuccess();
  }
  xen::Console console(xen::DomainId domain) {
    heard_.clear();
    return xen::Console::open(*store_, domain, within(10));
  }
  // A destroyed domain stays for as long as xenstored and xenconsoled take to let go of it.
  ::testing::AssertionResult goes(xen::DomainId domain) {
    for (const base::Deadline deadline = within(30); hypervisor_->find(domain);) {
      if (deadline.expired()) return ::testing::AssertionFailure() << "it stays";
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return ::testing::AssertionSuccess();
  }
  // Until the domain's state is so.
  ::testing::AssertionResult becomes(xen::DomainId domain, xen::DomainInfo::State state) {
    const base::Deadline deadline = within(60);
    auto releases = store_->watch(xen::release_event);
    for (;;) {
      while (releases->next()) {
      }
      auto info = hypervisor_->find(domain);
      if (info && info->state == state) return ::testing::AssertionSuccess();
      if (!base::wait_readable(releases->fd(), deadline))
        return ::testing::AssertionFailure()
               << (info ? xen::to_string(info->state) : std::string_view("absent"));
    }
  }

  static std::unique_ptr<GuestFiles> files_;
  std::unique_ptr<xen::XenStore> store_;
  std::unique_ptr<xen::Hypervisor> hypervisor_;
  std::unique_ptr<xen::XlToolstack> xl_;
  std::string heard_;

 private:
  std::vector<base::Uuid> mine_;
};

inline std::unique_ptr<GuestFiles> OnXen::files_;

}  // namespace testing_support
