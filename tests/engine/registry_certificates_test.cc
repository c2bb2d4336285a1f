#include "engine/registry_certificates.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace engine {
namespace {

class CertificatesTest : public testing::Test {
 protected:
  base::TempDir place_{testing::TempDir(), "certs"};

  std::string write(const std::string& name, std::string_view text) {
    base::make_directories(place_.path() + "/a.test:5000");
    base::replace_file(place_.path() + "/a.test:5000/" + name, text);
    return place_.path() + "/a.test:5000";
  }
};

TEST_F(CertificatesTest, AuthoritiesAndOurOwnAreRead) {
  write("b.crt", "two");
  write("a.crt", "one");
  write("client.cert", "ours");
  write("client.key", "secret");
  write("notes.txt", "nothing");
  const auto found = find_certificates({place_.path() + "/none", place_.path()}, "a.test:5000");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (image::HostCertificates{.domain = "a.test:5000",
                                             .authorities = "one\ntwo\n",
                                             .certificate = "ours",
                                             .key = "secret"}));
  EXPECT_FALSE(find_certificates({place_.path()}, "a.test"));
}

TEST_F(CertificatesTest, TheFirstDirectoryThatKnowsARegistryCounts) {
  write("a.crt", "one");
  base::make_directories(place_.path() + "/own/a.test:5000");
  const auto found = find_certificates({place_.path() + "/own", place_.path()}, "a.test:5000");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->authorities, "");
}

TEST_F(CertificatesTest, HalfOfOursIsRefused) {
  const std::string directory = write("client.cert", "ours");
  EXPECT_THROW(read_certificates(directory, "a.test"), base::Error);
  write("client.key", "secret");
  EXPECT_NO_THROW(read_certificates(directory, "a.test"));
  write("other.key", "secret");
  EXPECT_THROW(read_certificates(directory, "a.test"), base::Error);
  write("other.cert", "ours, too");
  EXPECT_THROW(read_certificates(directory, "a.test"), base::Error) << "two";
}

}  // namespace
}  // namespace engine
