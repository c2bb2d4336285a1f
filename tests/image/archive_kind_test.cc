// Which tars are archives of images.
#include "image/archive_kind.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "tests/support/tar_builder.h"

namespace image {
namespace {

bool holds(const std::vector<std::string>& names) {
  testing_support::TarBuilder tar;
  for (const std::string& name : names) {
    if (name.ends_with('/'))
      tar.directory(name);
    else
      tar.file(name, "");
  }
  const std::string bytes = tar.finish();
  MemorySource source(base::as_bytes(bytes));
  return holds_images(source);
}

TEST(ArchiveKind, is_told_by_what_comes_first_at_the_top) {
  struct Case {
    std::vector<std::string> names;
    bool images;
  };
  const Case cases[] = {
      {{"oci-layout", "index.json", "blobs/sha256/x"}, true},
      {{"./", "./blobs/", "./blobs/sha256/x"}, true},
      {{"0a/", "0a/layer.tar", "0a.json", "manifest.json"}, true},
      {{"/manifest.json"}, true},
      {{"./", "./bin/", "./manifest.json"}, false},
      {{"./", "./usr/", "./usr/index.json"}, false},
      {{"etc/passwd"}, false},
      {{"hello"}, false},
      {{"blobs/", "blobs/x", "manifest.json/x"}, false},
      {{"srv/index.json", "binary"}, false},
      {{}, false},
  };
  for (const Case& one : cases)
    EXPECT_EQ(holds(one.names), one.images) << (one.names.empty() ? "" : one.names.back());
}

TEST(ArchiveKind, no_tar_is_neither) {
  const std::string noise(2000, 'x');
  MemorySource source(base::as_bytes(noise));
  EXPECT_THROW(holds_images(source), base::Error);
}

}  // namespace
}  // namespace image
