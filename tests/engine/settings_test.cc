#include "engine/settings.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/file.h"

namespace engine {
namespace {

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() { setenv("XDG_CONFIG_HOME", place_.path().c_str(), 1); }
  ~SettingsTest() override { unsetenv("XDG_CONFIG_HOME"); }
  void write(std::string_view text) {
    base::make_directories(place_.path() + "/vdkr");
    base::replace_file(user_settings_path("vdkr"), text);
  }
  base::TempDir place_{testing::TempDir(), "settings"};
};

TEST_F(SettingsTest, ReadsTheUsersFileAsData) {
  write(
      "# mine\n\n memory = 64m \nvcpus=2\nVXN_DOMU_TYPE=\"pvh\"\nregistry=reg.test:5000\n"
      "insecure-registries=a:1, b:2\nstorage-size=$(touch /tmp/x)1\n");
  EXPECT_THROW(load_settings("vdkr", {}), base::Error);  // not a size, and never run
  write("memory = 64m \nvcpus=2\nVXN_DOMU_TYPE=\"pvh\"\ninsecure-registries=a:1, b:2\n");
  const Settings settings = load_settings("vdkr", {});
  EXPECT_EQ(settings.memory, 64u << 20);
  EXPECT_EQ(settings.vcpus, 2u);
  EXPECT_EQ(settings.guest_type, "pvh");
  EXPECT_EQ(settings.insecure_registries, (std::vector<std::string>{"a:1", "b:2"}));
}

TEST_F(SettingsTest, TheEnvironmentWinsOverTheFileAndTheFlagOverBoth) {
  write("vcpus=2\n");
  setenv("VXN_VCPUS", "3", 1);
  EXPECT_EQ(load_settings("vdkr", {}).vcpus, 3u);
  EXPECT_EQ(load_settings("vdkr", {{"vcpus", "4"}}).vcpus, 4u);
  unsetenv("VXN_VCPUS");
}

TEST_F(SettingsTest, BlobsAreKeptUnlessToldOtherwise) {
  EXPECT_TRUE(load_settings("vdkr", {}).keep_blobs);
  write("keep-blobs=no\n");
  EXPECT_FALSE(load_settings("vdkr", {}).keep_blobs);
}

TEST_F(SettingsTest, ABareNumberOfMemoryIsMebibytesAsBefore) {
  setenv("VXN_MEMORY", "512", 1);
  EXPECT_EQ(load_settings("vdkr", {}).memory, 512u << 20);
  unsetenv("VXN_MEMORY");
}

TEST_F(SettingsTest, MistakesNameFileLineAndKey) {
  write("vcpus=2\nmemroy=1g\n");
  try {
    load_settings("vdkr", {});
    FAIL() << "was read";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::usage);
    EXPECT_NE(error.message().find("vdkr/config:2"), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("memroy"), std::string::npos);
  }
  for (const char* line :
       {"vcpus=0", "vcpus=-1", "vcpus=two", "memory=", "domu-type=hvm", "balloon-dom0=perhaps",
        "keep-blobs=some", "data-root=relative", "just words"}) {
    write(line);
    EXPECT_THROW(load_settings("vdkr", {}), base::Error) << line;
  }
}

TEST_F(SettingsTest, KeysOfTheEarlierImplementationWithoutMeaningAreAccepted) {
  write("timeout=300\nverbose=true\n");
  EXPECT_NO_THROW(load_settings("vdkr", {}));
}

}  // namespace
}  // namespace engine
