#include "xen/xl_toolstack.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include "base/error.h"
#include "base/file.h"
#include "base/lock.h"
#include "tests/support/fake_xenstore.h"

namespace xen {
namespace {

using testing_support::FakeXenStore;

// An `xl` that is a shell script: it notes how it was called and then does as the test says.
class XlToolstackTest : public ::testing::Test {
 protected:
  XlToolstackTest() {
    base::replace_file(path("kernel"), "ELF");
    behave("");
  }
  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
  void behave(const std::string& body) {
    base::replace_file(
        path("xl"),
        fmt::format("#!/bin/sh\nD={}\necho \"$*\" >>$D/calls\n{}\n", directory_.path(), body),
        0755);
  }
  XlOptions options() const { return {.directory = directory_.path(), .program = path("xl")}; }
  XlToolstack toolstack() { return {store_, options()}; }
  std::string calls() const { return base::try_read_file(path("calls"), 4096).value_or(""); }

  DomainConfig config() const {
    return {.name = "vxn-a",
            .uuid = *base::Uuid::parse("01234567-89ab-4def-8123-456789abcdef"),
            .memory_mib = 64,
            .kernel = path("kernel"),
            .command_line = "quiet"};
  }
  std::string config_path() const { return path("xl-" + config().uuid.text() + ".cfg"); }
  static std::string row(int id, const char* state) {
    return fmt::format("vxn-a {} 64 1 {} 0.1 01234567-89ab-4def-8123-456789abcdef - -", id, state);
  }
  base::ErrorKind failure_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const base::Error& error) {
      message_ = error.message();
      return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return base::ErrorKind::failure;
  }

  FakeXenStore store_;
  std::string message_;

 private:
  base::TempDir directory_{::testing::TempDir(), "xl"};
};

TEST_F(XlToolstackTest, creates_paused_without_a_daemon_and_finds_the_number) {
  behave("cp $5 $D/seen");
  store_.write({"/local/domain/3/vm", "/vm/11234567-89ab-4def-8123-456789abcdef", {}});
  store_.write({"/local/domain/12/vm", "/vm/01234567-89ab-4def-8123-456789abcdef", {}});
  store_.write({"/vm/01234567-89ab-4def-8123-456789abcdef", "", {}});
  EXPECT_EQ(toolstack().create(config()).number, 12u);
  EXPECT_EQ(calls(), "create -p -q -e " + config_path() + "\n");
  EXPECT_NE(base::read_file(path("seen"), 4096).find("name = \"vxn-a\""), std::string::npos);
  EXPECT_FALSE(base::exists(config_path()));
}

TEST_F(XlToolstackTest, what_a_failed_xl_left_is_destroyed) {
  behave(
      fmt::format("case $1 in\n"
                  "create) echo 'libxl: error: libxl_x.c:1:f: Domain 4:it broke' >&2; exit 1;;\n"
                  "list) echo '{}';;\n"
                  "esac",
                  row(4, "--p---")));
  EXPECT_EQ(failure_of([&] { toolstack().create(config()); }), base::ErrorKind::failure);
  EXPECT_EQ(message_, "xl create: it broke");
  EXPECT_NE(calls().find("destroy 4\n"), std::string::npos) << calls();
  EXPECT_FALSE(base::exists(config_path()));
}

TEST_F(XlToolstackTest, an_xl_that_does_not_end_is_ended) {
  behave(fmt::format("case $1 in\ncreate) exec sleep 100;;\nlist) echo '{}';;\nesac",
                     row(4, "--p---")));
  XlOptions hurried = options();
  hurried.create_limit = std::chrono::milliseconds(200);
  XlToolstack toolstack(store_, hurried);
  EXPECT_EQ(failure_of([&] { toolstack.create(config()); }), base::ErrorKind::unavailable);
  EXPECT_NE(calls().find("destroy 4\n"), std::string::npos) << calls();
}

TEST_F(XlToolstackTest, a_missing_kernel_starts_no_xl) {
  DomainConfig absent = config();
  absent.kernel = path("absent");
  EXPECT_EQ(failure_of([&] { toolstack().create(absent); }), base::ErrorKind::not_found);
  EXPECT_NE(message_.find("absent"), std::string::npos);
  EXPECT_EQ(calls(), "");
}

TEST_F(XlToolstackTest, a_missing_xl_is_told_with_its_remedy) {
  if (::access("/usr/sbin/xl", X_OK) == 0) GTEST_SKIP() << "xl is installed here";
  XlOptions usual = options();
  usual.program = "xl";
  XlToolstack toolstack(store_, usual);
  EXPECT_EQ(failure_of([&] { toolstack.create(config()); }), base::ErrorKind::not_found);
  EXPECT_EQ(message_, "xl is not installed (install the package xen-utils)");
}

TEST_F(XlToolstackTest, destroying_an_absent_domain_is_no_error) {
  behave(
      "case $1 in destroy) echo 'libxl: error: x.c:1:f: Domain 4:Non-existant domain' >&2; exit "
      "1;; esac");
  toolstack().destroy({4});
}

TEST_F(XlToolstackTest, a_domain_that_does_not_go_is_an_error) {
  behave(fmt::format(
      "case $1 in\ndestroy) echo 'error: it stays' >&2; exit 1;;\nlist) echo '{}';;\nesac",
      row(4, "-b----")));
  EXPECT_EQ(failure_of([&] { toolstack().destroy({4}); }), base::ErrorKind::failure);
  EXPECT_EQ(message_, "xl destroy: it stays");
}

TEST_F(XlToolstackTest, a_guest_that_powers_off_ends_the_wait) {
  behave(fmt::format("case $1 in list) echo '{}';; esac", row(4, "---s--")));
  EXPECT_TRUE(toolstack().shutdown({4}, std::chrono::seconds(5)));
}

TEST_F(XlToolstackTest, a_guest_that_does_not_is_told_of) {
  behave(fmt::format("case $1 in list) echo '{}';; esac", row(4, "-b----")));
  EXPECT_FALSE(toolstack().shutdown({4}, std::chrono::seconds(0)));
}

TEST_F(XlToolstackTest, lists_all_domains_but_dom0) {
  behave(
      fmt::format("echo 'Domain-0 0 1 1 r----- 1.0 00000000-0000-0000-0000-000000000000 - -'\n"
                  "echo '{}'",
                  row(4, "-b----")));
  ASSERT_EQ(toolstack().list().size(), 1u);
  EXPECT_EQ(toolstack().find(config().uuid)->id.number, 4u);
  EXPECT_FALSE(toolstack().find(base::Uuid::random()));
}

TEST_F(XlToolstackTest, xl_holds_our_lock_as_long_as_it_works) {
  const base::FileLock lock =
      base::FileLock::acquire(path("lock"), base::Deadline::after(std::chrono::seconds(1)), "test");
  XlOptions locked = options();
  locked.lock_fd = lock.fd();
  behave("[ /proc/self/fd/3 -ef $D/lock ]");
  XlToolstack(store_, locked).unpause({4});
  EXPECT_THROW(toolstack().unpause({4}), base::Error);
}

}  // namespace
}  // namespace xen
