#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/file.h"
#include "guest-init/command.h"
#include "guest-init/fd.h"
#include "guest-init/modules.h"
#include "guest-init/mounts.h"
#include "guest-init/overlay.h"
#include "guest-init/root.h"
#include "guest-init/text.h"

namespace guest_init {
namespace {

TEST(LowerDirectories, HaveTheTopLayerFirst) {
  EXPECT_EQ(lower_directories(1), "1");
  EXPECT_EQ(lower_directories(3), "3:2:1");
}

TEST(LowerDirectories, OfTheMostLayersFitIntoAPageWithTheOtherOptions) {
  EXPECT_LT(lower_directories(max_layers).size(), 1000u);
}

TEST(Text, IsCutAtTheSeparator) {
  std::string_view rest = "a:b::c";
  EXPECT_EQ(cut(rest, ':'), "a");
  EXPECT_EQ(cut(rest, ':'), "b");
  EXPECT_EQ(cut(rest, ':'), "");
  EXPECT_EQ(cut(rest, ':'), "c");
  EXPECT_EQ(rest, "");
  EXPECT_EQ(cut(rest, ':'), "");
}

TEST(Text, IsANumberAsAWholeOrNot) {
  EXPECT_EQ(to_number<unsigned>("42"), 42u);
  EXPECT_EQ(to_number<unsigned>("4294967295"), 4294967295u);
  for (const char* text : {"", "x", "4x", " 4", "-4", "4294967296"}) {
    EXPECT_FALSE(to_number<unsigned>(text)) << text;
  }
}

TEST(SysctlPath, IsAsSysctlNamesIt) {
  const struct {
    std::string_view name;
    std::string_view path;
  } cases[] = {
      {"net.core.somaxconn", "/proc/sys/net/core/somaxconn"},
      {"net/core/somaxconn", "/proc/sys/net/core/somaxconn"},
      {"net.ipv4.conf.eth0/1.forwarding", "/proc/sys/net/ipv4/conf/eth0.1/forwarding"},
      {"net/ipv4/conf/eth0.1/forwarding", "/proc/sys/net/ipv4/conf/eth0.1/forwarding"},
      {"", ""},
      {".a", ""},
      {"/etc/passwd", ""},
      {"net..core", ""},
      {"net/../../etc/passwd", ""},
      {"net.//.//.etc.passwd", ""},
      {std::string_view("a\0b", 3), ""},
  };
  for (const auto& c : cases) EXPECT_EQ(guest_init::sysctl_path(c.name), c.path) << c.name;
}

TEST(Failure, SaysWhyInTheMiddleOfALine) {
  Failure failure;
  errno = ENOENT;
  EXPECT_FALSE(fail(failure, FailureStage::mount, "mounting /x"));
  EXPECT_EQ(failure.text, "mounting /x: no such file or directory");
  EXPECT_EQ(failure.error_number, ENOENT);
}

class Files : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }

 private:
  base::TempDir directory_{::testing::TempDir(), "parts"};
};

TEST_F(Files, AreReadWholeWithinALimit) {
  base::replace_file(path("file"), std::string(10000, 'x'));
  std::string content;
  EXPECT_TRUE(read_file(path("file"), 10000, content));
  EXPECT_EQ(content.size(), 10000u);
  EXPECT_FALSE(read_file(path("file"), 9999, content));
  EXPECT_EQ(errno, EFBIG);
  EXPECT_FALSE(read_file(path("absent"), 9999, content));
  EXPECT_EQ(errno, ENOENT);
}

TEST_F(Files, ThatWouldBlockAreNotRead) {
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  std::string content;
  EXPECT_FALSE(read_file(path("fifo"), 100, content));
  EXPECT_FALSE(read_file(path(""), 100, content)) << "a directory";
}

TEST_F(Files, HaveTheirDirectoriesMade) {
  EXPECT_TRUE(make_directories(path("a/b/c")));
  EXPECT_TRUE(make_directories(path("a/b/c")));
  base::replace_file(path("plain"), "");
  EXPECT_FALSE(make_directories(path("plain/below")));
  EXPECT_EQ(errno, ENOTDIR);
}

TEST_F(Files, AreFoundInPathAsDockerDoes) {
  base::make_directories(path("1/directory"));
  base::make_directories(path("2"));
  base::replace_file(path("1/plain"), "", 0644);
  base::replace_file(path("2/plain"), "", 0755);
  base::replace_file(path("2/directory"), "", 0755);
  base::replace_file(path("1/first"), "", 0755);
  base::replace_file(path("2/first"), "", 0755);
  const std::vector<std::string> env = {"PATHX=/", "PATH=" + path("1") + ":" + path("2")};
  struct Case {
    std::string name;
    std::string found;
    int error_number;
    std::string text;
  };
  const Case cases[] = {
      {"first", path("1/first"), 0, ""},
      {"plain", path("2/plain"), 0, ""},          // passes over what may not be executed
      {"directory", path("2/directory"), 0, ""},  // and over directories
      {path("1/first"), path("1/first"), 0, ""},
      {"absent", "", ENOENT, "exec: \"absent\": executable file not found in $PATH"},
      {"", "", ENOENT, "exec: \"\": executable file not found in $PATH"},
      {"/absent", "", ENOENT, "exec: \"/absent\": stat /absent: no such file or directory"},
      {path("1/plain"), "", EACCES, "exec: \"" + path("1/plain") + "\": permission denied"},
      {path("1"), "", EISDIR, "exec: \"" + path("1") + "\": is a directory"},
  };
  for (const Case& c : cases) {
    Failure failure;
    std::string found;
    EXPECT_EQ(find_command(c.name, env, found, failure), c.error_number == 0) << c.name;
    EXPECT_EQ(failure.error_number, c.error_number) << c.name;
    EXPECT_EQ(failure.text, c.text);
    if (c.error_number == 0) {
      EXPECT_EQ(found, c.found);
    }
  }
}

TEST_F(Files, OfModulesNeedNotBeThere) {
  Modules modules;
  Failure failure;
  EXPECT_TRUE(modules.begin(path(""), failure));
  EXPECT_TRUE(modules.finish(failure));
}

TEST_F(Files, OfModulesThatAreMissingAreNamed) {
  base::replace_file(path("order"), "\n01-absent.ko\n02-later.ko\n");
  constexpr std::string_view names[] = {"later.ko"};
  Modules modules;
  Failure failure;
  ASSERT_TRUE(modules.begin(path(""), failure));
  EXPECT_FALSE(modules.load_now(names, failure));
  EXPECT_EQ(failure.text,
            "opening the module " + path("") + "/02-later.ko: no such file or directory");
  EXPECT_FALSE(modules.finish(failure));
  EXPECT_EQ(failure.text,
            "opening the module " + path("") + "/01-absent.ko: no such file or directory");
}

TEST_F(Files, OfModulesAreKnownByTheEndOfTheirNames) {
  base::replace_file(path("order"), "01-a.ko\n02-xen-b.ko\n");
  Modules modules;
  Failure failure;
  ASSERT_TRUE(modules.begin(path(""), failure));
  EXPECT_TRUE(modules.bring("xen-b.ko"));
  EXPECT_FALSE(modules.bring("xen-a.ko"));
  EXPECT_FALSE(Modules().bring(".ko"));
  modules.finish(failure);
}

TEST_F(Files, OfATypeThatTheKernelDoesNotHaveAreToldAsSuch) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  Failure failure;
  EXPECT_FALSE(mount_type("no-such-type", "none", path(""), 0, nullptr, "the disk", failure));
  EXPECT_EQ(failure.text, "mounting the disk: the guest's kernel has no no-such-type");
  EXPECT_EQ(failure.error_number, ENODEV);
  EXPECT_FALSE(mount_type("tmpfs", "none", path("absent"), 0, nullptr, "the disk", failure));
  EXPECT_EQ(failure.text, "mounting the disk: no such file or directory");
}

TEST_F(Files, ThatAreNoModulesAreNotLoaded) {
  base::replace_file(path("order"), "nonsense.ko\n");
  base::replace_file(path("nonsense.ko"), "nonsense");
  Modules modules;
  Failure failure;
  ASSERT_TRUE(modules.begin(path(""), failure));
  EXPECT_FALSE(modules.finish(failure));
  EXPECT_TRUE(failure.text.starts_with("loading the module ")) << failure.text;
}

TEST_F(Files, OfModulesAreLoadedByChildrenWhoseEndIsTaken) {
  base::replace_file(path("order"), "01-absent.ko\n");
  Modules modules;
  Failure failure;
  EXPECT_FALSE(modules.is_loading());
  ASSERT_TRUE(modules.begin(path(""), failure));
  EXPECT_TRUE(modules.is_loading());
  unsigned failed = 0;
  int status = 0;
  for (pid_t pid = wait(&status); pid > 0; pid = wait(&status)) {
    if (!modules.is_mine(pid)) continue;  // of another case
    failed += modules.reaped(pid, status, failure) ? 0 : 1;
    EXPECT_FALSE(modules.is_mine(pid));
  }
  EXPECT_FALSE(modules.is_loading());
  EXPECT_EQ(failed, 1u) << "the drivers' child had nothing to do";
  EXPECT_EQ(failure.text,
            "opening the module " + path("") + "/01-absent.ko: no such file or directory");
}

TEST_F(Files, OfModulesThatWaitForDevicesAreNotWaitedForButTold) {
  base::replace_file(path("order"), "01-xen-blkfront.ko\n");
  Modules modules;
  Failure failure;
  ASSERT_TRUE(modules.begin(path(""), failure));
  const base::Deadline deadline = base::Deadline::after(std::chrono::seconds(10));
  while (modules.finish(failure) && !deadline.expired()) usleep(1000);
  EXPECT_EQ(failure.text,
            "opening the module " + path("") + "/01-xen-blkfront.ko: no such file or directory");
}

TEST(Environment, IsLookedUpByWholeNames) {
  const std::vector<std::string> env = {"PATHS=1", "PATH=2", "EMPTY=", "BARE"};
  EXPECT_STREQ(value_of(env, "PATH"), "2");
  EXPECT_STREQ(value_of(env, "EMPTY"), "");
  EXPECT_EQ(value_of(env, "BARE"), nullptr);
  EXPECT_EQ(value_of(env, "PAT"), nullptr);
}

}  // namespace
}  // namespace guest_init
