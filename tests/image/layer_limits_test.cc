// Layers that try to break something: each is refused or harmless, within bounds.
#include <sys/resource.h>

#include "image/layer_tree.h"
#include "tests/image/disk_fixture.h"

namespace image {
namespace {

using Paths = std::vector<std::string>;

struct Refused {
  const char* what;
  TarBuilder tar;
  const char* message;
};

TEST(LayerLimits, what_makes_no_sense_is_refused_and_named) {
  const std::string name256(256, 'n');
  const Refused cases[] = {
      {"out of the root", TarBuilder().file("../x", ""), "leads out of the root"},
      {"out of the root by detour", TarBuilder().file("a/../../x", ""), "leads out of the root"},
      {"link out of the root", TarBuilder().hard_link("x", "../etc/shadow"),
       "leads out of the root"},
      {"link to nothing", TarBuilder().hard_link("x", "y"), "hard link to y, which is nowhere"},
      {"link to itself", TarBuilder().hard_link("x", "x"), "which is nowhere"},
      {"links in a loop", TarBuilder().hard_link("x", "y").hard_link("y", "x"), "which is nowhere"},
      {"link to what comes later", TarBuilder().hard_link("x", "y").file("y", ""),
       "which is nowhere"},
      {"link to a directory", TarBuilder().directory("d").hard_link("x", "d"),
       "link to a directory"},
      {"link to the root", TarBuilder().hard_link("x", "."), "link to a directory"},
      {"link through a symlink",
       TarBuilder().directory("d").file("d/f", "").symlink("s", "d").hard_link("x", "s/f"),
       "which is nowhere"},
      {"link in place of the root", TarBuilder().file("a", "").hard_link(".", "a"),
       "not a directory"},
      {"a file as the root", TarBuilder().file("./", "x"), "not a directory"},
      {"a name of 256", TarBuilder().pax({{"path", name256}}).file("x", ""), "more than 255 bytes"},
      {"a path of 5000", TarBuilder().pax({{"path", "a/" + std::string(5000, '/')}}).file("x", ""),
       "longer than 4096 bytes"},
      {"a NUL in the path", TarBuilder().pax({{"path", std::string("a\0b", 3)}}).file("x", ""),
       "NUL"},
      {"a whiteout of nothing", TarBuilder().file("d/.wh.", ""), "whiteout of no name"},
      {"a whiteout of the parent", TarBuilder().file("d/.wh...", ""), "whiteout of no name"},
      {"a whiteout of the directory", TarBuilder().file("d/.wh..", ""), "whiteout of no name"},
      {"a symlink to nothing", TarBuilder().symlink("s", ""), "symbolic link of impossible length"},
      {"a symlink of 4096",
       TarBuilder().pax({{"linkpath", std::string(4096, 't')}}).symlink("s", "x"),
       "symbolic link of impossible length"},
      {"a device beyond Linux", TarBuilder().device("d", '3', 4096, 0),
       "device of impossible number"},
  };
  for (const Refused& test : cases) {
    const auto error = failure_of([&] { convert(test.tar.finish()); });
    ASSERT_TRUE(error) << test.what;
    EXPECT_EQ(error->kind(), base::ErrorKind::corrupt) << test.what;
    EXPECT_NE(error->message().find(test.message), std::string::npos) << error->message();
  }
}

TEST(LayerLimits, messages_never_carry_a_terminal_sequence) {
  const auto error = failure_of([&] { convert(TarBuilder().file("../\x1b[2J\n", "").finish()); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message().find_first_of("\x1b\n"), std::string::npos);
}

TEST(LayerLimits, what_is_only_strange_is_kept) {
  std::string deep;
  while (deep.size() < 4000) deep += "d/";
  const std::string name255(255, 'n');
  TarBuilder tar;
  tar.pax({{"path", deep + "f"}}).file("x", "deep");
  tar.pax({{"path", name255}}).file("x", "");
  tar.file(" ", "")
      .file("a\nb", "")
      .file("\x1b[2J", "")
      .file("-rf", "")
      .file("*", "")
      .file("a\\b", "");
  tar.pax({{"linkpath", std::string(4095, 't')}}).symlink("s", "x");
  tar.device("overlay-whiteout-by-hand", '3', 0, 0)
      .symlink("etc", "/etc")
      .file("etc/passwd", "mine");
  tar.file("hard", "x").hard_link("hard", "hard").file(".wh.x/y", "").file("z/..a", "");
  DiskView view(convert(tar.finish()));
  EXPECT_EQ(view.read(deep + "f"), "deep");
  EXPECT_EQ(view.inode("s").target.size(), 4095u);
  EXPECT_EQ(view.read("etc/passwd"), "mine");
  EXPECT_EQ(view.inode("hard").links, 1u);
  for (const std::string& name :
       {name255, std::string(" "), std::string("a\nb"), std::string("\x1b[2J"), std::string("-rf"),
        std::string("*"), std::string("a\\b"), std::string(".wh.x/y"), std::string("z/..a")})
    EXPECT_TRUE(view.find(name)) << name;
}

TEST(LayerLimits, attributes_that_squashfs_cannot_hold_are_left_out_and_counted) {
  TarBuilder tar;
  tar.pax({{"SCHILY.xattr.system.posix_acl_access", "acl"},
           {"SCHILY.xattr.user.kept", "1"},
           {"SCHILY.xattr.user.", "no name"},
           {"SCHILY.xattr.trusted.overlay.opaque", "y"},
           {"SCHILY.xattr.trusted.overlay.redirect", "/etc"},
           {"SCHILY.xattr.odd", "x"},
           {"SCHILY.xattr.user." + std::string(300, 'l'), "x"},
           {"SCHILY.xattr.user.long", std::string(70000, 'v')},
           {"SCHILY.xattr.user.longest", std::string(65536, 'v')},
           {"SCHILY.xattr.security." + std::string(246, 's'), "y"}});
  tar.directory("d/");
  const Disk disk = convert(tar.finish());
  DiskView view(disk);
  EXPECT_EQ(disk.result.dropped_xattrs, 7u);
  EXPECT_EQ(disk.result.first_dropped_xattr, "d/: odd");
  EXPECT_EQ(view.inode("d").xattrs.size(), 3u);
  EXPECT_FALSE(view.inode("d").is_opaque());
  EXPECT_EQ(view.xattr("d", "user.longest").size(), 65536u);
}

TEST(LayerLimits, each_limit_is_kept) {
  struct Case {
    const char* what;
    TarBuilder tar;
    LayerDiskOptions options;
  };
  const std::string noise = [] {
    std::string bytes(100000, '\0');
    std::uint32_t state = 1;
    for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
  }();
  const Case cases[] = {
      {"entries", TarBuilder().file("a", "").file("a", "").file("a", ""), {.max_entries = 2}},
      {"directories that entries imply",
       TarBuilder().file("a/b/c/d/e/f", "").file("x", ""),
       {.max_entries = 5}},
      {"names", TarBuilder().file("aaaa", "").file("bbbb", ""), {.max_metadata_bytes = 7}},
      {"attributes",
       TarBuilder().pax({{"SCHILY.xattr.user.a", "12345"}}).file("a", ""),
       {.max_metadata_bytes = 10}},
      {"a file", TarBuilder().file("a", "12345"), {.max_file_bytes = 4}},
      {"all files", TarBuilder().file("a", "123").file("b", "123"), {.max_total_bytes = 5}},
      {"the disk", TarBuilder().file("a", noise), {.max_disk_bytes = 50000}},
      {"the disk's tables", TarBuilder().file("a", ""), {.max_disk_bytes = 150}},
      {"the disk's padding", TarBuilder().file("a", ""), {.max_disk_bytes = 1000}},
      {"a path", TarBuilder().file("abc/def", ""), {.max_path = 6}},
  };
  for (const Case& test : cases) {
    EXPECT_FALSE(failure_of([&] { convert(test.tar.finish()); })) << test.what;
    const auto error = failure_of([&] { convert(test.tar.finish(), {}, test.options); });
    ASSERT_TRUE(error) << test.what;
    EXPECT_EQ(error->kind(), base::ErrorKind::corrupt) << test.what;
  }
}

TEST(LayerLimits, a_full_disk_is_told_as_such) {
  const base::UniqueFd full = base::open_file("/dev/full", O_RDWR);
  const std::string tar = TarBuilder().file("a", "x").finish();
  MemorySource source(base::as_bytes(tar));
  const auto error = failure_of([&] { write_layer_disk(source, full.get(), {}, {}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), base::ErrorKind::unavailable);
  EXPECT_NE(error->message().find("No space left on device"), std::string::npos);
}

TEST(LayerLimits, owners_beyond_what_squashfs_counts_are_unsupported) {
  TarBuilder tar;
  for (std::uint64_t i = 0; i < 65535; ++i) tar.file("f", "", {.uid = i, .gid = 0});
  tar.file("g", "", {.uid = 7, .gid = 9});
  EXPECT_FALSE(failure_of([&] { convert(tar.finish()); }));
  TarBuilder many;
  for (std::uint64_t i = 0; i < 70000; ++i)
    many.file("f" + std::to_string(i), "", {.uid = i, .gid = i});
  const auto error = failure_of([&] { convert(many.finish()); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), base::ErrorKind::unsupported);
}

TEST(LayerLimits, a_block_size_that_squashfs_does_not_know_is_a_wrong_use) {
  for (const std::uint32_t size : {0u, 1000u, 2048u, 100000u, 2u << 20}) {
    const auto error = failure_of([&] { convert("", {}, {.block_size = size}); });
    ASSERT_TRUE(error) << size;
    EXPECT_EQ(error->kind(), base::ErrorKind::usage) << size;
  }
}

// libsquashfs decides between the two forms of a directory's inode by the listing's size; around
// 64 KiB is where it could go wrong.
TEST(LayerLimits, directories_of_every_size_around_64_kib_are_whole) {
  for (std::size_t last = 100; last <= 250; ++last) {
    TarBuilder tar;
    for (int i = 0; i < 254; ++i) tar.gnu_long('L', fmt::format("{:0248}", i)).file("x", "");
    tar.gnu_long('L', std::string(200, 'y')).file("x", "");
    tar.gnu_long('L', std::string(last, 'z')).file("x", "");
    DiskView view(convert(tar.finish(), {}, {.threads = 1}));
    ASSERT_EQ(view.paths().size(), 256u) << last;
  }
}

TEST(LayerLimits, a_directory_too_long_for_an_index_does_without) {
  TarBuilder tar;
  constexpr int count = 120000;
  for (int i = 0; i < count; ++i) tar.gnu_long('L', fmt::format("{:0254}", i)).file("x", "");
  DiskView view(convert(tar.finish()));
  EXPECT_EQ(view.paths().size(), static_cast<std::size_t>(count));
}

TEST(LayerLimits, a_hundred_thousand_entries_in_one_directory_can_be_found) {
  TarBuilder tar;
  for (int i = 0; i < 100000; ++i) tar.file(fmt::format("d/{:06}", i * 7919 % 100000), "");
  DiskView view(convert(tar.directory("d/").finish()));
  const Paths paths = view.paths();
  ASSERT_EQ(paths.size(), 100001u);
  EXPECT_EQ(paths.back(), "d/099999");
}

TEST(NormalisePath, knows_every_spelling) {
  struct Case {
    const char* path;
    Paths expected;
  };
  const Case cases[] = {
      {"", {}},
      {".", {}},
      {"/", {}},
      {"./", {}},
      {"a", {"a"}},
      {"/a/", {"a"}},
      {"./a//b/", {"a", "b"}},
      {"a/./b", {"a", "b"}},
      {"a/../b", {"b"}},
      {"a/b/..", {"a"}},
      {"a/..", {}},
      {"...", {"..."}},
      {"..a/b..", {"..a", "b.."}},
      {" a / b", {" a ", " b"}},
  };
  for (const Case& test : cases) EXPECT_EQ(normalise_path(test.path), test.expected) << test.path;
  for (const char* path : {"..", "/..", "a/../..", "../a", "./../a"})
    EXPECT_TRUE(failure_of([&] { normalise_path(path); })) << path;
}

}  // namespace
}  // namespace image
