// Domains on a real Xen: made, told from each other, ended.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/signals.h"
#include "tests/support/guest.h"

namespace xen {
namespace {

using testing_support::shell;
using testing_support::within;
using State = DomainInfo::State;

class DomainOnXen : public testing_support::OnXen {
 protected:
  base::ErrorKind failure_of(const DomainConfig& config) {
    try {
      create(config);
    } catch (const base::Error& error) {
      message_ = error.message();
      return error.kind();
    }
    ADD_FAILURE() << "it was created";
    return base::ErrorKind::failure;
  }
  std::string message_;
};

TEST_F(DomainOnXen, is_created_paused_found_started_and_removed_without_a_trace) {
  const std::uint64_t free_before = hypervisor_->free_memory_mib();
  const DomainConfig wanted = config();
  base::Stopwatch watch;
  const DomainId domain = create(wanted);
  std::printf("create %lld ms\n", static_cast<long long>(watch.lap().count() / 1000));
  // The pattern does not find the shell that looks for it.
  EXPECT_EQ(shell("pgrep -f '[x]l.*" + wanted.uuid.text() + "' || true"), "");
  EXPECT_EQ(shell("pgrep -f '[q]emu.*" + wanted.name + "' || true"), "");
  auto info = hypervisor_->find(domain);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->state, State::paused);
  EXPECT_EQ(info->uuid, wanted.uuid);
  EXPECT_EQ(info->memory_mib, 128u);
  EXPECT_EQ(info->vcpus, 1u);
  EXPECT_EQ(hypervisor_->find(wanted.uuid)->id, domain);
  auto by_xl = xl_->find(wanted.uuid);
  ASSERT_TRUE(by_xl);
  EXPECT_EQ(by_xl->id, domain);
  EXPECT_EQ(by_xl->name, wanted.name);
  EXPECT_EQ(by_xl->state, State::paused);
  const std::uint64_t used = free_before - hypervisor_->free_memory_mib();
  EXPECT_GE(used, 128u);
  EXPECT_LE(used, host_memory_mib(wanted) + 1);

  Console kernel = console(domain);
  watch.lap();
  hypervisor_->unpause(domain);
  EXPECT_TRUE(says(kernel, "guest: up"));
  std::printf("unpause to init %lld ms\n", static_cast<long long>(watch.lap().count() / 1000));
  hypervisor_->pause(domain);
  EXPECT_EQ(hypervisor_->find(domain)->state, State::paused);
  watch.lap();
  xl_->destroy(domain);
  std::printf("destroy %lld ms\n", static_cast<long long>(watch.lap().count() / 1000));
  EXPECT_TRUE(goes(domain));
  EXPECT_FALSE(hypervisor_->find(wanted.uuid));
  EXPECT_FALSE(store_->read(domain_path(domain)));
  EXPECT_FALSE(store_->read("/libxl/" + to_string(domain)));
  EXPECT_FALSE(store_->read("/vm/" + wanted.uuid.text()));
  EXPECT_TRUE(store_->list("/local/domain/0/backend/console/" + to_string(domain)).empty());
  xl_->destroy(domain);
}

TEST_F(DomainOnXen, tells_a_power_off_from_a_reboot_and_a_panic) {
  const std::pair<const char*, State> cases[] = {{"test.poweroff", State::shutdown},
                                                 {"test.reboot", State::shutdown},
                                                 {"test.panic", State::crashed}};
  for (const auto& [word, state] : cases) {
    const DomainConfig wanted = config(word);
    const DomainId domain = create(wanted);
    Console kernel = console(domain);
    hypervisor_->unpause(domain);
    EXPECT_TRUE(becomes(domain, state)) << word;
    EXPECT_EQ(hypervisor_->find(domain)->reboot_wanted, std::string_view(word) == "test.reboot");
    auto by_xl = xl_->find(wanted.uuid);
    ASSERT_TRUE(by_xl) << word;
    EXPECT_EQ(by_xl->state, state) << word;
    EXPECT_EQ(by_xl->reboot_wanted, std::string_view(word) == "test.reboot");
    if (state == State::crashed) {
      EXPECT_TRUE(says(kernel, "Kernel panic")) << word;
    }
    xl_->destroy(domain);
    EXPECT_TRUE(goes(domain)) << word;
  }
}

TEST_F(DomainOnXen, a_name_that_is_taken_is_refused) {
  const DomainConfig first = config();
  const DomainId domain = create(first);
  DomainConfig second = config();
  second.name = first.name;
  EXPECT_EQ(failure_of(second), base::ErrorKind::already_exists);
  std::printf("%s\n", message_.c_str());
  EXPECT_FALSE(hypervisor_->find(second.uuid));
  EXPECT_TRUE(hypervisor_->find(domain));
}

TEST_F(DomainOnXen, too_little_memory_is_told_and_leaves_nothing) {
  DomainConfig large = config();
  large.memory_mib = hypervisor_->total_memory_mib() * 2;
  EXPECT_EQ(failure_of(large), base::ErrorKind::unavailable);
  std::printf("%s\n", message_.c_str());
  EXPECT_FALSE(hypervisor_->find(large.uuid));
}

TEST_F(DomainOnXen, less_memory_than_the_kernel_has_bytes_is_told) {
  DomainConfig small = config();
  small.memory_mib = std::filesystem::file_size(small.kernel) >> 21;
  EXPECT_EQ(failure_of(small), base::ErrorKind::usage);
  std::printf("%s\n", message_.c_str());
}

TEST_F(DomainOnXen, a_kernel_that_is_none_is_told_and_leaves_nothing) {
  DomainConfig broken = config();
  broken.kernel = files_->layer("nokernel");
  EXPECT_EQ(failure_of(broken), base::ErrorKind::failure);
  std::printf("%s\n", message_.c_str());
  EXPECT_FALSE(hypervisor_->find(broken.uuid));
  DomainConfig absent = config();
  absent.kernel = "/absent/vmlinux";
  EXPECT_EQ(failure_of(absent), base::ErrorKind::not_found);
  std::printf("%s\n", message_.c_str());
}

TEST_F(DomainOnXen, strings_reach_the_guest_as_they_are) {
  const DomainConfig quoted = config(R"(test.quotes="a 'b' \c #d")");
  const DomainId domain = create(quoted);
  EXPECT_NE(shell("xl list -l " + to_string(domain)).find(R"(test.quotes=\"a 'b' \\c #d\")"),
            std::string::npos);
}

TEST_F(DomainOnXen, an_interrupted_creation_leaves_nothing) {
  for (int delay : {50, 300, 600, 1000}) {
    const base::InterruptGuard guard;
    std::thread interrupting([delay] {
      std::this_thread::sleep_for(std::chrono::milliseconds(delay));
      ::kill(::getpid(), SIGINT);
    });
    const DomainConfig wanted = config();
    try {
      create(wanted);
      std::printf("not interrupted within %d ms\n", delay);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::interrupted) << delay;
      auto left = hypervisor_->find(wanted.uuid);
      EXPECT_TRUE(!left || left->state == State::dying) << delay;
    }
    interrupting.join();
  }
}

TEST_F(DomainOnXen, xenstore_watches_and_the_hypervisor_agree_about_an_end) {
  const DomainId domain = create(config());
  auto releases = store_->watch(release_event);
  while (releases->next()) {
  }
  xl_->destroy(domain);
  EXPECT_TRUE(base::wait_readable(releases->fd(), within(10)));
  EXPECT_EQ(releases->next(), release_event);
}

}  // namespace
}  // namespace xen
