// The byte stream to a real guest with the real guest-init; needs a VXN_DATA_ROOT whose guest
// kernel has it.
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/guest.h"
#include "xen/vchan.h"

namespace xen {
namespace {

using testing_support::within;

class VchanOnXen : public testing_support::OnXen {
 protected:
  void SetUp() override {
    OnXen::SetUp();
    if (!IsSkipped() && std::getenv("VXN_DATA_ROOT") == nullptr)
      GTEST_SKIP() << "VXN_DATA_ROOT names no guest kernel with guest-init";
  }
  DomainId start() {
    DomainConfig guest = config();
    guest.ramdisk = guest_kernel(std::getenv("VXN_DATA_ROOT")).initrd;
    const DomainId domain = create(guest);
    hypervisor_->unpause(domain);
    return domain;
  }
  // The first bytes that the guest says: a HELLO (docs/guest-protocol.md).
  static std::string hello(Vchan& vchan) {
    const base::Deadline deadline = within(60);
    std::string said;
    while (said.size() < 28) {
      std::array<std::byte, 28> buffer;
      auto count = vchan.read(std::span(buffer).first(28 - said.size()));
      if (!count) return "closed after " + said;
      said.append(reinterpret_cast<const char*>(buffer.data()), *count);
      if (*count > 0) continue;
      if (!base::wait_readable(vchan.fd(), deadline)) return "silent after " + said;
      vchan.clear_event();
    }
    return said.substr(24);
  }
};

TEST_F(VchanOnXen, connects_again_and_again) {
  const DomainId guest = start();
  for (int round = 0; round < 10; ++round) {
    base::Stopwatch watch;
    Vchan vchan = Vchan::connect(*store_, guest, 0, within(120));
    std::printf("connect %lld ms", static_cast<long long>(watch.lap().count() / 1000));
    EXPECT_TRUE(vchan.is_open());
    EXPECT_EQ(hello(vchan), "VXN1") << round;
    std::printf(", hello %lld ms\n", static_cast<long long>(watch.lap().count() / 1000));
    vchan.clear_event();  // never blocks
  }
}

TEST_F(VchanOnXen, a_destroyed_guest_is_gone_once_its_channel_is_closed) {
  const DomainId guest = start();
  auto vchan = std::make_unique<Vchan>(Vchan::connect(*store_, guest, 0, within(120)));
  EXPECT_EQ(hello(*vchan), "VXN1");
  xl_->destroy(guest);
  auto left = hypervisor_->find(guest);
  ASSERT_TRUE(left);
  EXPECT_EQ(left->state, DomainInfo::State::dying);
  vchan.reset();
  EXPECT_TRUE(goes(guest));
}

TEST_F(VchanOnXen, a_guest_without_a_server_ends_the_wait) {
  const DomainId guest = create(config());
  try {
    Vchan::connect(*store_, guest, 0, base::Deadline::after(std::chrono::milliseconds(200)));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::unavailable);
  }
}

TEST_F(VchanOnXen, a_guest_that_offers_nonsense_is_told_of) {
  const DomainId guest = create(config());
  const std::string path = vchan_path(guest, 0);
  for (const auto& [ring, port] :
       {std::pair{"x", "y"}, std::pair{"999999999", "999999999"}, std::pair{"-1", "-1"}}) {
    store_->write_all(
        {{path, "", {}}, {path + "/ring-ref", ring, {}}, {path + "/event-channel", port, {}}});
    try {
      Vchan::connect(*store_, guest, 0, base::Deadline::after(std::chrono::milliseconds(200)));
      ADD_FAILURE() << ring;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::corrupt) << ring;
    }
  }
}

}  // namespace
}  // namespace xen
