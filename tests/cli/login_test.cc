#include "base/file.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

using Orders = std::vector<std::string>;

class LoginTest : public AppTest {
 protected:
  // With `input` on standard input.
  static Said typed(const Personality& personality, const std::string& input,
                    const std::vector<std::string>& arguments) {
    const base::UniqueFd in = base::memory_file("in");
    base::write_all(in.get(), input);
    base::rewind(in.get());
    return run(personality, arguments, in.get());
  }
  static Said docker_typed(const std::string& input, const std::vector<std::string>& arguments) {
    return typed(frontends::docker_personality("vdkr"), input, arguments);
  }
};

TEST_F(LoginTest, APasswordComesByStandardInput) {
  const Said said = docker_typed(
      "se:cret\n", {"login", "-u", "me", "--password-stdin", "https://reg.test:5000/"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out, "Login Succeeded\n");
  EXPECT_EQ(said.err,
            "WARNING! Your password will be stored unencrypted in "
            "/nonexistent/.docker/config.json.\n");
  const engine::LoginRequest& request = *fake::world().login;
  EXPECT_EQ(request.registry, "reg.test:5000");
  EXPECT_EQ(request.user, "me");
  EXPECT_EQ(request.password, "se:cret");
  EXPECT_EQ(request.place.key, "reg.test:5000");
}

TEST_F(LoginTest, WithoutARegistryItIsDockerHub) {
  Said said = vdkr({"login", "--username", "me", "--password", "secret"});
  EXPECT_EQ(said.code, 0);
  EXPECT_NE(said.err.find("--password via the CLI is insecure"), std::string::npos);
  EXPECT_EQ(fake::world().login->registry, "docker.io");
  EXPECT_EQ(fake::world().login->place.key, "https://index.docker.io/v1/");
  said = vpdmn({"login", "-u", "me", "-p", "secret", "--authfile", "/tmp/auth", "-v", "docker.io"});
  EXPECT_EQ(said.out, "Used: /tmp/auth\nLogin Succeeded!\n");
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(fake::world().login->place.key, "docker.io");
}

TEST_F(LoginTest, PodmanKeepsOneForAPartOfARegistry) {
  const base::TempDir directory(testing::TempDir(), "login");
  EXPECT_EQ(vpdmn({"login", "-u", "me", "-p", "x", "--tls-verify=false", "--cert-dir",
                   directory.path(), "quay.test/team"})
                .code,
            0);
  EXPECT_EQ(fake::world().login->registry, "quay.test");
  EXPECT_EQ(fake::world().login->place.key, "quay.test/team");
  EXPECT_TRUE(fake::world().login->access.insecure);
  EXPECT_EQ(fake::world().login->access.certificates, directory.path());
}

TEST_F(LoginTest, WhatIsMissingIsTold) {
  EXPECT_EQ(docker_typed("", {"login", "reg.test"}).err,
            "vdkr: Cannot perform an interactive login from a non TTY device\n");
  EXPECT_EQ(docker_typed("x", {"login", "--password-stdin", "reg.test"}).err,
            "vdkr: Must provide --username with --password-stdin\n");
  EXPECT_NE(docker_typed("\n", {"login", "-u", "me", "--password-stdin", "reg.test"}).code, 0);
  EXPECT_NE(vdkr({"login", "-u", "me", "-p", "x", "--password-stdin", "reg.test"}).code, 0);
  EXPECT_FALSE(fake::world().login);
  fake::world().failure = base::Error(base::ErrorKind::denied, "401");
  EXPECT_EQ(vdkr({"login", "-u", "me", "-p", "x", "reg.test"}).code, 1);
}

TEST_F(LoginTest, WhoIsLoggedInAndOut) {
  EXPECT_EQ(vdkr({"logout", "reg.test"}).out, "Removing login credentials for reg.test\n");
  EXPECT_EQ(vpdmn({"logout", "reg.test"}).code, 125);
  EXPECT_EQ(vpdmn({"login", "--get-login", "reg.test"}).code, 125);
  fake::world().user = "me";
  EXPECT_EQ(vdkr({"logout"}).out, "Removing login credentials for https://index.docker.io/v1/\n");
  EXPECT_EQ(vpdmn({"logout", "--authfile", "/tmp/a", "reg.test"}).out,
            "Removed login credentials for reg.test\n");
  EXPECT_EQ(vpdmn({"login", "--get-login", "reg.test"}).out, "me\n");
  EXPECT_EQ(vpdmn({"logout", "--all", "--authfile", "/tmp/a"}).out,
            "Removed login credentials for all registries\n");
  EXPECT_EQ(fake::world().orders.back(), "logout everywhere /tmp/a");
}

}  // namespace
}  // namespace cli
