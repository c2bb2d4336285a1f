#include "image/credentials.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace image {
namespace {

constexpr const char* file = R"({"auths": {
  "https://index.docker.io/v1/": {"auth": "aHViOnNlY3JldA=="},
  "registry.test:5000": {"auth": "dXNlcjpwYXNzOndvcmQ="},
  "registry.test:5000/team": {"username": "team", "password": "t"},
  "registry.test:5000/team/secret": {"identitytoken": "refresh"},
  "helper.test": {}
}, "credsStore": "desktop"})";

std::string user_for(const std::string& name) {
  const auto login = Credentials::parse(file).find(Reference::parse(name));
  if (!login) return "nobody";
  return login->user + "/" + login->password + login->identity_token;
}

TEST(Credentials, the_longest_prefix_wins) {
  EXPECT_EQ(user_for("alpine"), "hub/secret");
  EXPECT_EQ(user_for("registry.test:5000/app"), "user/pass:word");
  EXPECT_EQ(user_for("registry.test:5000/team/app"), "team/t");
  EXPECT_EQ(user_for("registry.test:5000/team/secret/app"), "/refresh");
  EXPECT_EQ(user_for("registry.test:5000/teams"), "user/pass:word");
  EXPECT_EQ(user_for("other.test/app"), "nobody");
  EXPECT_EQ(user_for("helper.test/app"), "nobody");
}

TEST(Credentials, Docker_Hub_is_known_by_each_of_its_names) {
  for (const char* key : {"docker.io", "https://index.docker.io/v1/", "index.docker.io",
                          "https://registry-1.docker.io", "https://docker.io/"}) {
    const auto login =
        Credentials::parse(R"({"auths": {"https://index.docker.io/v1/": {}, ")" + std::string(key) +
                           R"(": {"auth": "aHViOnNlY3JldA=="}, "https://index.docker.io": {}}})")
            .find(Reference::parse("alpine"));
    ASSERT_TRUE(login) << key;
    EXPECT_EQ(login->user, "hub");
  }
}

TEST(Credentials, a_damaged_file_is_refused_without_showing_it) {
  for (const char* text :
       {"", "[]", "{\"auths\": []}", "{\"auths\": {\"a\": \"SECRET\"}}",
        "{\"auths\": {\"a\": {\"auth\": \"SECRET\"}}}", "{\"auths\": {\"a\": {\"auth\": \"!!\"}}}",
        "{\"auths\": {\"a\": {\"password\": 7}}}"}) {
    try {
      Credentials::parse(text);
      ADD_FAILURE() << text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.message().find("SECRET"), std::string::npos);
    }
  }
  EXPECT_FALSE(Credentials::parse("{}").find(Reference::parse("alpine")));
}

}  // namespace
}  // namespace image
