#include "image/reference.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace image {
namespace {

const std::string sha = "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

struct Accepted {
  std::string text;
  std::string canonical;
  std::string familiar;
};

// Taken from the grammar (distribution/reference) and from what docker prints.
const std::vector<Accepted> accepted{
    {"alpine", "docker.io/library/alpine", "alpine"},
    {"alpine:3.20", "docker.io/library/alpine:3.20", "alpine:3.20"},
    {"library/alpine", "docker.io/library/alpine", "alpine"},
    {"docker.io/alpine", "docker.io/library/alpine", "alpine"},
    {"index.docker.io/alpine", "docker.io/library/alpine", "alpine"},
    {"docker.io/library/alpine:latest", "docker.io/library/alpine:latest", "alpine:latest"},
    {"foo/bar", "docker.io/foo/bar", "foo/bar"},
    {"docker.io/a.b/c", "docker.io/a.b/c", "docker.io/a.b/c"},
    {"docker.io/localhost/c", "docker.io/localhost/c", "docker.io/localhost/c"},
    {"library/foo/bar", "docker.io/library/foo/bar", "library/foo/bar"},
    {"localhost/foo", "localhost/foo", "localhost/foo"},
    {"localhost:5000/foo", "localhost:5000/foo", "localhost:5000/foo"},
    {"localhost:5000/foo:v1", "localhost:5000/foo:v1", "localhost:5000/foo:v1"},
    {"LOCALHOST/foo", "LOCALHOST/foo", "LOCALHOST/foo"},
    {"127.0.0.1:5000/a/b/c:t", "127.0.0.1:5000/a/b/c:t", "127.0.0.1:5000/a/b/c:t"},
    {"[2001:db8::1]:5000/repo", "[2001:db8::1]:5000/repo", "[2001:db8::1]:5000/repo"},
    {"[::1]/repo:t", "[::1]/repo:t", "[::1]/repo:t"},
    {"registry.example.com/foo_bar", "registry.example.com/foo_bar",
     "registry.example.com/foo_bar"},
    {"a.b/c__d", "a.b/c__d", "a.b/c__d"},
    {"a.b/c---d", "a.b/c---d", "a.b/c---d"},
    {"a.b/c.d-e_f", "a.b/c.d-e_f", "a.b/c.d-e_f"},
    {"x-y.z:80/r", "x-y.z:80/r", "x-y.z:80/r"},
    {"alpine@" + sha, "docker.io/library/alpine@" + sha, "alpine@" + sha},
    {"alpine:1@" + sha, "docker.io/library/alpine:1@" + sha, "alpine:1@" + sha},
    {"alpine:_A.b-c", "docker.io/library/alpine:_A.b-c", "alpine:_A.b-c"},
    {"a", "docker.io/library/a", "a"},
    {"0", "docker.io/library/0", "0"},
    {"dead", "docker.io/library/dead", "dead"},
    {"alpine:" + std::string(128, 'x'), "docker.io/library/alpine:" + std::string(128, 'x'),
     "alpine:" + std::string(128, 'x')},
};

TEST(Reference, reads_what_docker_reads) {
  for (const Accepted& one : accepted) {
    SCOPED_TRACE(one.text);
    const Reference reference = Reference::parse(one.text);
    EXPECT_EQ(reference.canonical(), one.canonical);
    EXPECT_EQ(reference.familiar(), one.familiar);
    EXPECT_EQ(Reference::parse(one.canonical), reference);
    EXPECT_EQ(Reference::parse(one.familiar), reference);
    EXPECT_EQ(Reference::parse_canonical(one.canonical), reference);
  }
}

struct Refused {
  std::string text;
  std::string message;
};

const std::string format = "invalid reference format";
const std::string lowercase = "invalid reference format: repository name must be lowercase";

const std::vector<Refused> refused{
    {"", format},
    {" ", format},
    {"Alpine", lowercase},
    {"alpinE:latest", lowercase},
    {"docker.io/Foo/bar", lowercase},
    {"localhost:5000/UP", lowercase},
    {":tag", format},
    {"alpine:", format},
    {"alpine@", format},
    {"alpine:-x", format},
    {"alpine:.x", format},
    {"alpine:a/b", format},
    {"alpine:" + std::string(129, 'x'), format},
    {"alpine:a:b", format},
    {"alpine:t\n", format},
    {"alpine\n", format},
    {"alp ine", format},
    {"-alpine", format},
    {"alpine-", format},
    {"alpine..x", format},
    {"alpine___x", format},
    {"alpine._x", format},
    {"a//b", format},
    {"/a", format},
    {"a/", format},
    {"docker.io/", format},
    {"http://docker.io/x", format},
    {"foo_bar.baz/x", format},
    {"-x.y/z", format},
    {"x..y/z", format},
    {"host:/x", format},
    {"host:a/x", format},
    {"[::1/x", format},
    {"[]/x", format},
    {"[::g]/x", format},
    {"\xc3\xa9tude", format},
    {"alpine@sha256:abc", format},
    {"alpine@sha256:" + std::string(32, 'f'), "invalid checksum digest length"},
    {"alpine@sha256:" + std::string(64, 'F'), "invalid checksum digest format"},
    {"alpine@md5:" + std::string(32, 'f'), "unsupported digest algorithm"},
    {"alpine@sha256+:" + std::string(64, 'f'), format},
    {"alpine@:" + std::string(64, 'f'), format},
    {std::string(64, 'a'), "invalid repository name (" + std::string(64, 'a') +
                               "), cannot specify 64-byte hexadecimal strings"},
    {"a/" + std::string(250, 'a'), "repository name must not be more than 255 characters"},
};

TEST(Reference, refuses_what_docker_refuses_in_its_words) {
  for (const Refused& one : refused) {
    SCOPED_TRACE(one.text);
    try {
      Reference::parse(one.text);
      ADD_FAILURE() << "was accepted";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.message(), one.message);
      EXPECT_EQ(error.kind(), base::ErrorKind::usage);
    }
  }
}

TEST(Reference, a_name_of_255_characters_is_the_longest) {
  const std::string longest(255 - std::string("docker.io/a/").size(), 'x');
  EXPECT_EQ(Reference::parse("a/" + longest).name().size(), 255U);
  EXPECT_THROW(Reference::parse("a/x" + longest), base::Error);
}

TEST(Reference, a_name_without_tag_or_digest_means_latest) {
  EXPECT_EQ(Reference::parse("alpine").with_default_tag().familiar(), "alpine:latest");
  EXPECT_EQ(Reference::parse("alpine:1").with_default_tag().familiar(), "alpine:1");
  EXPECT_EQ(Reference::parse("alpine@" + sha).with_default_tag().familiar(), "alpine@" + sha);
}

TEST(Reference, a_personality_may_have_another_default_domain) {
  const NameDefaults names{.domain = "registry.test:5000", .official = ""};
  const Reference reference = Reference::parse("busybox:1", names);
  EXPECT_EQ(reference.canonical(), "registry.test:5000/busybox:1");
  EXPECT_EQ(reference.familiar(names), "busybox:1");
  EXPECT_EQ(Reference::parse("docker.io/busybox", names).canonical(), "docker.io/library/busybox");
  EXPECT_EQ(Reference::parse_canonical(reference.canonical()), reference);
}

TEST(Reference, a_canonical_name_needs_its_domain) {
  EXPECT_THROW(Reference::parse_canonical("alpine"), base::Error);
}

}  // namespace
}  // namespace image
