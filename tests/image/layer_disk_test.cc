// What a layer's tar becomes on the disk.
#include "image/layer_disk.h"

#include "tests/image/disk_fixture.h"

namespace image {
namespace {

using Paths = std::vector<std::string>;
using Listing = std::map<std::string, std::string>;

TEST(LayerDisk, keeps_type_mode_owner_time_links_and_target) {
  TarBuilder tar;
  tar.header({.name = "./", .type = '5', .mode = 01777, .uid = 7, .gid = 8, .mtime = 9});
  tar.header({.name = "./bin/", .type = '5', .mode = 0711, .uid = 1, .gid = 2, .mtime = 1000});
  tar.file("./bin/tool", "#!/bin/sh\n",
           {.mode = 06755, .uid = 3, .gid = 65534, .mtime = 1700000000});
  tar.hard_link("./bin/other", "./bin/tool");
  tar.symlink("./bin/sh", "/bin/tool");
  tar.device("./null", '3', 1, 3);
  tar.device("./disk", '4', 259, 0x12345);
  tar.header({.name = "./pipe", .type = '6', .mode = 0600});
  tar.file("./empty", "");
  const Disk disk = convert(tar.finish());
  DiskView view(disk);
  EXPECT_EQ(view.list(), (Listing{
                             {"bin", "d 0711 1:2 @1000 2 "},
                             {"bin/other", "f 6755 3:65534 @1700000000 2 10"},
                             {"bin/sh", "l 0777 0:0 @0 1 -> /bin/tool"},
                             {"bin/tool", "f 6755 3:65534 @1700000000 2 10"},
                             {"disk", "b 0644 0:0 @0 1 259,74565"},
                             {"empty", "f 0644 0:0 @0 1 0"},
                             {"null", "c 0644 0:0 @0 1 1,3"},
                             {"pipe", "p 0600 0:0 @0 1 "},
                         }));
  EXPECT_EQ(view.read("bin/tool"), "#!/bin/sh\n");
  EXPECT_EQ(view.inode("bin/tool").number, view.inode("bin/other").number);
  const SquashfsInode root = view.inode("");
  EXPECT_EQ(root.mode, 01777);
  EXPECT_EQ(root.uid, 7u);
  EXPECT_EQ(root.gid, 8u);
  EXPECT_EQ(root.mtime, 9u);
  EXPECT_EQ(root.links, 3u);
  EXPECT_FALSE(disk.result.uses_lower);
  EXPECT_EQ(disk.result.entries, 9u);
  EXPECT_EQ(disk.result.file_bytes, 10u);
  EXPECT_EQ(disk.result.content_bytes, 10u);
  EXPECT_EQ(disk.result.disk_bytes % 4096, 0u);
  EXPECT_EQ(lseek(disk.fd.get(), 0, SEEK_END), static_cast<off_t>(disk.result.disk_bytes));
}

TEST(LayerDisk, an_archive_of_nothing_is_an_empty_root) {
  for (const std::string& tar : {std::string(), std::string(512, '\0'), std::string(10240, '\0')}) {
    const Disk disk = convert(tar);
    DiskView view(disk);
    EXPECT_EQ(view.paths(), Paths{});
    EXPECT_EQ(view.inode("").mode, 0755);
    EXPECT_FALSE(disk.result.uses_lower);
  }
}

TEST(LayerDisk, is_named_after_its_layer_and_the_converter) {
  EXPECT_EQ(layer_disk_name("abc"), "abc.v1.squashfs");
}

TEST(LayerDisk, the_same_path_by_any_spelling_is_one_file) {
  for (const std::string path :
       {"a/b", "./a/b", "/a/b", "//a///b", "a/./b", "a/c/../b", "./a//b"}) {
    TarBuilder tar;
    tar.directory("a/").file(path, "new");
    DiskView view(convert(tar.finish()));
    EXPECT_EQ(view.paths(), (Paths{"a", "a/b"})) << path;
    EXPECT_EQ(view.read("a/b"), "new") << path;
  }
}

TEST(LayerDisk, the_last_of_two_entries_wins) {
  struct Case {
    const char* what;
    TarBuilder tar;
    Listing expected;
  };
  const Case cases[] = {
      {"file over file",
       TarBuilder().file("a", "one").file("a", "second"),
       {{"a", "f 0644 0:0 @0 1 6"}}},
      {"directory over file",
       TarBuilder().file("a", "one").directory("a/", 0700),
       {{"a", "d 0700 0:0 @0 2 "}}},
      {"file over directory with children",
       TarBuilder().directory("a/").file("a/b", "x").file("a", "one"),
       {{"a", "f 0644 0:0 @0 1 3"}}},
      {"directory over directory keeps the children",
       TarBuilder().directory("a/").file("a/b", "x").directory("a", 0750),
       {{"a", "d 0750 0:0 @0 2 "}, {"a/b", "f 0644 0:0 @0 1 1"}}},
      {"a child of a symlink replaces it",
       TarBuilder().directory("t/").symlink("a", "t").directory("a/").file("a/b", "x"),
       {{"a", "d 0755 0:0 @0 2 "}, {"a/b", "f 0644 0:0 @0 1 1"}, {"t", "d 0755 0:0 @0 2 "}}},
      {"a hard link over a file leaves the other name",
       TarBuilder().file("a", "one").file("b", "two").hard_link("a", "b"),
       {{"a", "f 0644 0:0 @0 2 3"}, {"b", "f 0644 0:0 @0 2 3"}}},
      {"a file over one of two names leaves the other name",
       TarBuilder().file("a", "one").hard_link("b", "a").file("a", "second"),
       {{"a", "f 0644 0:0 @0 1 6"}, {"b", "f 0644 0:0 @0 1 3"}}},
      {"the root twice", TarBuilder().directory("./", 0700).directory("/", 0755), {}},
  };
  for (const Case& test : cases) {
    DiskView view(convert(test.tar.finish()));
    EXPECT_EQ(view.list(), test.expected) << test.what;
  }
}

TEST(LayerDisk, a_file_twice_has_the_second_content) {
  TarBuilder tar;
  tar.file("a", std::string(300000, 'x')).file("b", "between").file("a", "second");
  DiskView view(convert(tar.finish()));
  EXPECT_EQ(view.read("a"), "second");
  EXPECT_EQ(view.read("b"), "between");
}

TEST(LayerDisk, whiteouts_are_what_overlayfs_wants) {
  TarBuilder tar;
  tar.directory("d/").file("d/.wh.gone", "").directory("o/").file("o/.wh..wh..opq", "");
  tar.file("o/kept", "x").file(".wh.top", "");
  const Disk below =
      convert(TarBuilder().directory("d/").file("d/gone", "").file("top", "").finish());
  const Disk disk = convert(tar.finish(), {&below});
  DiskView view(disk);
  EXPECT_EQ(view.list(), (Listing{{"d", "d 0755 0:0 @0 2 "},
                                  {"d/gone", "c 0000 0:0 @0 1 0,0"},
                                  {"o", "d 0755 0:0 @0 2 opaque"},
                                  {"o/kept", "f 0644 0:0 @0 1 1"},
                                  {"top", "c 0000 0:0 @0 1 0,0"}}));
  EXPECT_TRUE(disk.result.uses_lower);
}

// Overlayfs lists whiteouts (and then cannot find them) in a directory that it need not merge.
TEST(LayerDisk, whiteouts_where_nothing_is_below_are_left_out) {
  const Disk below = convert(TarBuilder().directory("d/").directory("o/").file("f", "").finish());
  struct Case {
    const char* what;
    TarBuilder tar;
    std::vector<const Disk*> below;
    Listing expected;
  };
  const Case cases[] = {
      {"the lowest layer",
       TarBuilder().directory("d/").file("d/.wh.x", "").file(".wh.y", ""),
       {},
       {{"d", "d 0755 0:0 @0 2 "}}},
      {"a new directory",
       TarBuilder().directory("n/").file("n/.wh.x", ""),
       {&below},
       {{"n", "d 0755 0:0 @0 2 "}}},
      {"a directory in place of a file",
       TarBuilder().directory("f/").file("f/.wh.x", ""),
       {&below},
       {{"f", "d 0755 0:0 @0 2 "}}},
      {"an opaque directory",
       TarBuilder().directory("o/").file("o/.wh..wh..opq", "").file("o/.wh.x", ""),
       {&below},
       {{"o", "d 0755 0:0 @0 2 opaque"}}},
      {"below an opaque directory",
       TarBuilder()
           .directory("o/")
           .file("o/.wh..wh..opq", "")
           .directory("o/p/")
           .file("o/p/.wh.x", ""),
       {&below},
       {{"o", "d 0755 0:0 @0 3 opaque"}, {"o/p", "d 0755 0:0 @0 2 "}}},
  };
  for (const Case& test : cases) {
    const Disk disk = convert(test.tar.finish(), test.below);
    EXPECT_EQ(DiskView(disk).list(), test.expected) << test.what;
    EXPECT_EQ(disk.result.uses_lower, !DiskView(disk).find("o")) << test.what;
  }
}

TEST(LayerDisk, a_whiteout_hides_what_is_below_and_not_its_own_layer) {
  struct Case {
    const char* what;
    TarBuilder tar;
    Listing expected;
  };
  const Case cases[] = {
      {"before a file",
       TarBuilder().file(".wh.a", "").file("a", "x"),
       {{"a", "f 0644 0:0 @0 1 1"}}},
      {"after a file", TarBuilder().file("a", "x").file(".wh.a", ""), {{"a", "f 0644 0:0 @0 1 1"}}},
      {"before a directory",
       TarBuilder().file(".wh.a", "").directory("a/"),
       {{"a", "d 0755 0:0 @0 2 opaque"}}},
      {"after a directory",
       TarBuilder().directory("a/").file(".wh.a", ""),
       {{"a", "d 0755 0:0 @0 2 opaque"}}},
      {"between a file and a directory",
       TarBuilder().file("a", "x").file(".wh.a", "").directory("a/"),
       {{"a", "d 0755 0:0 @0 2 opaque"}}},
      {"before a child",
       TarBuilder().file(".wh.a", "").file("a/b", "x"),
       {{"a", "d 0755 0:0 @0 2 opaque"}, {"a/b", "f 0644 0:0 @0 1 1"}}},
      {"an opaque directory that was replaced and came back",
       TarBuilder().directory("a/").file("a/.wh..wh..opq", "").file("a", "x").directory("a/"),
       {{"a", "d 0755 0:0 @0 2 opaque"}}},
      {"opaque after its children",
       TarBuilder().directory("a/").file("a/b", "x").file("a/.wh..wh..opq", ""),
       {{"a", "d 0755 0:0 @0 2 opaque"}, {"a/b", "f 0644 0:0 @0 1 1"}}},
  };
  for (const Case& test : cases) {
    DiskView view(convert(test.tar.finish()));
    EXPECT_EQ(view.list(), test.expected) << test.what;
  }
}

TEST(LayerDisk, what_aufs_kept_for_itself_is_left_out_but_links_to_it_work) {
  TarBuilder tar;
  tar.directory(".wh..wh.plnk/").file(".wh..wh.plnk/12.3", "linked").file(".wh..wh.aufs", "");
  tar.hard_link("a", ".wh..wh.plnk/12.3").hard_link("b", ".wh..wh.plnk/12.3");
  DiskView view(convert(tar.finish()));
  EXPECT_EQ(view.list(), (Listing{{"a", "f 0644 0:0 @0 2 6"}, {"b", "f 0644 0:0 @0 2 6"}}));
  EXPECT_EQ(view.read("a"), "linked");
}

TEST(LayerDisk, the_same_tar_gives_the_same_bytes_whatever_the_threads) {
  TarBuilder tar;
  std::uint32_t state = 1;
  for (int i = 0; i < 200; ++i) {
    std::string content(static_cast<std::size_t>(i) * 1777, '\0');
    for (char& c : content) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 29);
    tar.file("f" + std::to_string(i), content, {.uid = static_cast<std::uint64_t>(i % 7)});
  }
  const std::string bytes = tar.finish();
  const std::string first = convert(bytes, {}, {.threads = 1}).bytes();
  for (const unsigned threads : {1u, 2u, 5u})
    EXPECT_TRUE(convert(bytes, {}, {.threads = threads}).bytes() == first) << threads;
}

TEST(LayerDisk, times_that_squashfs_cannot_say_are_the_nearest_and_counted) {
  TarBuilder tar;
  tar.pax({{"mtime", "-1.5"}}).file("old", "").pax({{"mtime", "9999999999"}}).file("far", "");
  tar.pax({{"mtime", "1700000000.999999999"}}).file("now", "");
  const Disk disk = convert(tar.finish());
  DiskView view(disk);
  EXPECT_EQ(view.inode("old").mtime, 0u);
  EXPECT_EQ(view.inode("far").mtime, 0xffffffffu);
  EXPECT_EQ(view.inode("now").mtime, 1700000000u);
  EXPECT_EQ(disk.result.clamped_mtimes, 2u);
}

}  // namespace
}  // namespace image
