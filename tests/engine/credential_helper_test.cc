#include "engine/credential_helper.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "engine/registry_access.h"

namespace engine {
namespace {

class CredentialHelperTest : public testing::Test {
 protected:
  CredentialHelperTest() : path_(std::getenv("PATH")) {
    setenv("PATH", (directory_.path() + ":" + path_).c_str(), 1);
  }
  ~CredentialHelperTest() override { setenv("PATH", path_.c_str(), 1); }

  void install(const std::string& script) {
    base::replace_file(directory_.path() + "/docker-credential-test", "#!/bin/sh\n" + script, 0755);
  }
  std::string seen() const { return base::read_file(directory_.path() + "/seen", 4096); }
  // A script's line that keeps its question.
  std::string keep() const { return "cat >" + directory_.path() + "/seen\n"; }

  base::TempDir directory_{testing::TempDir(), "helper"};
  std::string path_;
};

TEST_F(CredentialHelperTest, IsAskedForAServersLogin) {
  install(keep() + R"(echo '{"ServerURL": "a", "Username": "<token>", "Secret": "s"}')");
  const auto login = CredentialHelper("test").get("reg.test");
  ASSERT_TRUE(login);
  EXPECT_TRUE(login->is_token());
  EXPECT_EQ(login->secret, "s");
  EXPECT_EQ(seen(), "reg.test");
}

TEST_F(CredentialHelperTest, IsToldALoginAndToForgetIt) {
  install(keep());
  CredentialHelper("test").store("reg.test", {.user = "me", .secret = "s\"x"});
  EXPECT_EQ(seen(), R"({"ServerURL":"reg.test","Username":"me","Secret":"s\"x"})");
  CredentialHelper("test").erase("reg.test");
  EXPECT_EQ(seen(), "reg.test");
}

TEST_F(CredentialHelperTest, NoLoginIsNoFailure) {
  install("echo credentials not found in native keychain; exit 1");
  EXPECT_FALSE(CredentialHelper("test").get("reg.test"));
  EXPECT_NO_THROW(CredentialHelper("test").erase("reg.test"));
}

TEST_F(CredentialHelperTest, ItsFailureIsToldInItsWords) {
  install("echo the keychain is locked; exit 1");
  try {
    CredentialHelper("test").get("reg.test");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.message(), "docker-credential-test get failed: the keychain is locked");
  }
  install("echo no JSON");
  EXPECT_THROW(CredentialHelper("test").get("reg.test"), base::Error);
  EXPECT_THROW(CredentialHelper("absent").get("reg.test"), base::Error);
  for (const char* name : {"", "../x", "a b"}) EXPECT_THROW(CredentialHelper{name}, base::Error);
}

TEST_F(CredentialHelperTest, IsAskedForDockerHubUnderEachOfItsNames) {
  const std::string file = directory_.path() + "/config.json";
  base::replace_file(file, R"({"credsStore": "test"})");
  for (const char* key : {"docker.io", "https://index.docker.io/v1/"}) {
    install("[ \"$(cat)\" = " + std::string(key) + R"( ] || {
        echo credentials not found in native keychain; exit 1; }
      echo '{"Username": "me", "Secret": "s"}')");
    image::PullOptions options{.credentials_file = file};
    const AccessFiles files = apply({}, image::Reference::parse("alpine"), {}, options);
    EXPECT_EQ(base::read_file(*options.credentials_file, 4096),
              R"({"auths":{"docker.io":{"username":"me","password":"s"}}})")
        << key;
  }
}

}  // namespace
}  // namespace engine
