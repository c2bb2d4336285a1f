#include "image/credential_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"

namespace image {
namespace {

class CredentialFileTest : public testing::Test {
 protected:
  base::TempDir directory_{testing::TempDir(), "credentials"};
  std::string path_ = directory_.path() + "/containers/auth.json";
};

TEST_F(CredentialFileTest, OneEntryIsChangedAndAllElseKept) {
  base::make_directories(directory_.path() + "/containers");
  base::replace_file(path_,
                     R"({"HttpHeaders": {"X": "y"}, "auths": {"a.test": {"auth": "YTpi"}}})");
  CredentialFile file(path_);
  EXPECT_EQ(file.user("a.test"), "a");
  EXPECT_FALSE(file.user("b.test"));
  file.put("b.test", "me", "se:cret");
  file.write();
  const std::string text = base::read_file(path_, 4096);
  EXPECT_NE(text.find(R"("X": "y")"), std::string::npos);
  EXPECT_NE(text.find(R"("auth": "bWU6c2U6Y3JldA==")"), std::string::npos) << text;
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  CredentialFile again(path_);
  EXPECT_EQ(again.user("b.test"), "me");
  EXPECT_TRUE(again.remove("a.test"));
  EXPECT_FALSE(again.remove("a.test"));
  again.remove_all();
  EXPECT_FALSE(again.user("b.test"));
}

TEST_F(CredentialFileTest, OneThatIsNotThereIsMadeWithItsDirectory) {
  CredentialFile file(path_);
  EXPECT_FALSE(file.remove("a.test"));
  EXPECT_EQ(file.helper("a.test"), "");
  file.put("a.test", "me", "x");
  file.write();
  EXPECT_EQ(CredentialFile(path_).user("a.test"), "me");
}

TEST_F(CredentialFileTest, AProgramOfARegistryGoesBeforeThatOfAll) {
  const std::string path = directory_.path() + "/config.json";
  base::replace_file(path, R"({"credsStore": "all", "credHelpers": {"a.test": "one"}})");
  const CredentialFile file(path);
  EXPECT_EQ(file.helper("a.test"), "one");
  EXPECT_EQ(file.helper("b.test"), "all");
}

TEST_F(CredentialFileTest, WhatIsNoSuchFileIsRefusedAndNotShown) {
  const std::string path = directory_.path() + "/config.json";
  for (const char* text : {"[]", "{", R"({"auths": []})", R"("secret")"}) {
    base::replace_file(path, text);
    try {
      const CredentialFile file(path);
      ADD_FAILURE() << text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::corrupt);
      EXPECT_EQ(error.message().find("secret"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace image
