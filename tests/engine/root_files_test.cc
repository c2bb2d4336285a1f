#include "engine/root_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace engine {
namespace {

class RootFiles : public testing::Test {
 protected:
  RootFiles() {
    base::make_directories(root_ + "/etc");
    base::make_directories(root_ + "/run");
    base::make_directories(staging_);
    base::make_directories(root_ + "/var");
    EXPECT_EQ(symlink("/run", (root_ + "/var/run").c_str()), 0);
    EXPECT_EQ(chmod((root_ + "/etc").c_str(), 0711), 0);
    EXPECT_EQ(chmod(root_.c_str(), 0555), 0);
    base::replace_file(source_, "text\n", 0640);
  }
  void lay(const std::string& target, const std::string& source) {
    lay_files({{.source = source, .target = target}}, root_, staging_);
  }
  mode_t mode(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(lstat((staging_ + path).c_str(), &status), 0) << path;
    return status.st_mode;
  }

  base::TempDir directory_{"/tmp", "root-files-test"};
  std::string root_ = directory_.path() + "/root";
  std::string staging_ = directory_.path() + "/staging";
  std::string source_ = directory_.path() + "/source";
};

TEST_F(RootFiles, StandWhereTheyShallInDirectoriesLikeTheRoots) {
  lay("/etc/hosts", source_);
  EXPECT_EQ(base::read_file(staging_ + "/etc/hosts", 100), "text\n");
  EXPECT_EQ(mode("/etc/hosts"), S_IFREG | 0640u);
  EXPECT_EQ(mode("/etc"), S_IFDIR | 0711u);
  EXPECT_EQ(mode(""), S_IFDIR | 0555u);
}

TEST_F(RootFiles, DirectoriesThatTheRootHasNotAreMade) {
  lay("/new/place/file", source_);
  EXPECT_EQ(base::read_file(staging_ + "/new/place/file", 100), "text\n");
  lay("/top", source_);
  EXPECT_EQ(base::read_file(staging_ + "/top", 100), "text\n");
}

TEST_F(RootFiles, ALinkOnTheWayLeadsWhereItDoesInTheRoot) {
  lay("/var/run/.containerenv", source_);
  EXPECT_EQ(base::read_file(staging_ + "/run/.containerenv", 100), "text\n");
  EXPECT_FALSE(base::exists(staging_ + "/var"));
}

TEST_F(RootFiles, NothingLeadsOut) {
  EXPECT_EQ(symlink("../../../..", (root_ + "/out").c_str()), 0);
  lay("/out/escaped", source_);
  EXPECT_TRUE(base::exists(staging_ + "/escaped"));
  lay("/../../up", source_);
  EXPECT_TRUE(base::exists(staging_ + "/up"));
  // Also where the root does not have it.
  EXPECT_THROW(lay("/none/../../over", source_), base::Error);
  EXPECT_FALSE(base::exists(directory_.path() + "/over"));
}

TEST_F(RootFiles, WhatIsNoFileOrNoPlaceIsRefused) {
  EXPECT_THROW(lay("/etc/x", root_), base::Error);
  EXPECT_THROW(lay("/etc/x", "/dev/null"), base::Error);
  EXPECT_THROW(lay("/etc/x", directory_.path() + "/none"), base::Error);
  EXPECT_THROW(lay("relative", source_), base::Error);
  EXPECT_THROW(lay("/etc/", source_), base::Error);
}

}  // namespace
}  // namespace engine
