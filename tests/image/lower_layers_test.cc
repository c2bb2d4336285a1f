// What a layer takes from the layers below it, so that overlayfs shows the same as an unpacked
// stack.
#include "tests/image/disk_fixture.h"

namespace image {
namespace {

using Listing = std::map<std::string, std::string>;

TarBuilder base_layer() {
  TarBuilder tar;
  tar.header({.name = "opt/", .type = '5', .mode = 0750, .uid = 5, .gid = 6, .mtime = 77});
  tar.pax({{"SCHILY.xattr.user.note", "below"}});
  tar.header({.name = "opt/app/", .type = '5', .mode = 02775, .uid = 7, .gid = 8, .mtime = 88});
  tar.pax({{"SCHILY.xattr.security.capability", "cap"}});
  tar.file("opt/app/tool", "tool's content", {.mode = 04711, .uid = 9, .gid = 10, .mtime = 99});
  tar.symlink("opt/link", "app/tool").device("opt/null", '3', 1, 3);
  tar.file("opt/back\\slash", "x");
  return tar;
}

TEST(LowerLayers, a_directory_without_an_entry_looks_as_below) {
  const Disk below = convert(base_layer().finish());
  const Disk disk = convert(TarBuilder().file("opt/app/new", "x").finish(), {&below});
  DiskView view(disk);
  EXPECT_EQ(view.list(), (Listing{{"opt", "d 0750 5:6 @77 3 "},
                                  {"opt/app", "d 2775 7:8 @88 2 "},
                                  {"opt/app/new", "f 0644 0:0 @0 1 1"}}));
  EXPECT_EQ(view.xattr("opt/app", "user.note"), "below");
  EXPECT_TRUE(disk.result.uses_lower);
}

TEST(LowerLayers, a_directory_with_an_entry_takes_nothing_from_below) {
  const Disk below = convert(base_layer().finish());
  for (const TarBuilder& tar :
       {TarBuilder().directory("opt/", 0700).file("opt/x", ""),
        TarBuilder().file("opt/x", "").directory("opt/", 0700),
        TarBuilder().directory("./").directory("./opt/", 0700).file("./opt/x", "")}) {
    const Disk disk = convert(tar.finish(), {&below});
    EXPECT_EQ(DiskView(disk).list().at("opt"), "d 0700 0:0 @0 2 ");
    EXPECT_FALSE(disk.result.uses_lower);
  }
}

TEST(LowerLayers, a_directory_that_nobody_has_is_0755_of_root_and_still_depends_on_what_is_below) {
  const std::string tar = TarBuilder().file("srv/new/x", "").finish();
  const Disk below = convert(base_layer().finish());
  for (const std::vector<const Disk*>& layers : {std::vector<const Disk*>{}, {&below}}) {
    const Disk disk = convert(tar, layers);
    EXPECT_EQ(DiskView(disk).list(), (Listing{{"srv", "d 0755 0:0 @0 3 "},
                                              {"srv/new", "d 0755 0:0 @0 2 "},
                                              {"srv/new/x", "f 0644 0:0 @0 1 0"}}));
    EXPECT_TRUE(disk.result.uses_lower);
  }
}

TEST(LowerLayers, the_root_is_never_taken_from_below) {
  const Disk below = convert(TarBuilder().directory("./", 0711).finish());
  const Disk disk = convert(TarBuilder().file("x", "").finish(), {&below});
  EXPECT_EQ(DiskView(disk).inode("").mode, 0755);
  EXPECT_FALSE(disk.result.uses_lower);
}

TEST(LowerLayers, a_hard_link_to_a_file_below_brings_the_file) {
  const Disk below = convert(base_layer().finish());
  const Disk disk = convert(TarBuilder().hard_link("new", "opt/app/tool").finish(), {&below});
  DiskView view(disk);
  EXPECT_EQ(view.list(), (Listing{{"new", "f 4711 9:10 @99 2 14"},
                                  {"opt", "d 0750 5:6 @77 3 "},
                                  {"opt/app", "d 2775 7:8 @88 2 "},
                                  {"opt/app/tool", "f 4711 9:10 @99 2 14"}}));
  EXPECT_EQ(view.read("new"), "tool's content");
  EXPECT_EQ(view.xattr("new", "security.capability"), "cap");
  EXPECT_EQ(view.inode("new").number, view.inode("opt/app/tool").number);
  EXPECT_TRUE(disk.result.uses_lower);
}

TEST(LowerLayers, a_second_link_joins_the_first) {
  const Disk below = convert(base_layer().finish());
  const Disk disk = convert(TarBuilder()
                                .hard_link("a", "opt/app/tool")
                                .hard_link("b", "opt/app/tool")
                                .hard_link("c", "a")
                                .finish(),
                            {&below});
  DiskView view(disk);
  EXPECT_EQ(view.inode("c").links, 4u);
  EXPECT_EQ(disk.result.file_bytes, 14u);
}

TEST(LowerLayers, links_to_anything_but_directories_can_be_brought) {
  const Disk below = convert(base_layer().finish());
  TarBuilder tar;
  tar.hard_link("l", "opt/link").hard_link("n", "./opt/null").hard_link("b", "/opt/back\\slash");
  const Listing list = DiskView(convert(tar.finish(), {&below})).list();
  EXPECT_EQ(list.at("l"), "l 0777 0:0 @0 2 -> app/tool");
  EXPECT_EQ(list.at("n"), "c 0644 0:0 @0 2 1,3");
  EXPECT_EQ(list.at("b"), "f 0644 0:0 @0 2 1");
  const auto error =
      failure_of([&] { convert(TarBuilder().hard_link("d", "opt/app").finish(), {&below}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), base::ErrorKind::corrupt);
}

TEST(LowerLayers, a_file_that_moved_leaves_its_whiteout) {
  const Disk below = convert(base_layer().finish());
  TarBuilder tar;
  tar.file("opt/app/.wh.tool", "").hard_link("opt/app/moved", "opt/app/tool");
  DiskView view(convert(tar.finish(), {&below}));
  EXPECT_EQ(view.list().at("opt/app/tool"), "c 0000 0:0 @0 1 0,0");
  EXPECT_EQ(view.read("opt/app/moved"), "tool's content");
}

TEST(LowerLayers, a_link_to_a_file_below_that_is_then_replaced_keeps_the_old_content) {
  const Disk below = convert(base_layer().finish());
  TarBuilder tar;
  tar.hard_link("old", "opt/app/tool").file("opt/app/tool", "newer");
  DiskView view(convert(tar.finish(), {&below}));
  EXPECT_EQ(view.read("old"), "tool's content");
  EXPECT_EQ(view.read("opt/app/tool"), "newer");
}

// Three layers, topmost first; what a fourth sees of "d".
TEST(LowerLayers, whiteouts_and_opaque_directories_between_the_layers_hide) {
  struct Case {
    const char* what;
    TarBuilder middle;
    std::string expected;
  };
  const std::string from_bottom = "d 0700 1:1 @0 2 ";
  const std::string nowhere = "d 0755 0:0 @0 2 ";
  const Case cases[] = {
      {"nothing", TarBuilder().file("x", ""), from_bottom},
      {"a whiteout", TarBuilder().file(".wh.d", ""), nowhere},
      {"a file", TarBuilder().file("d", ""), nowhere},
      {"a whiteout and a directory", TarBuilder().file(".wh.d", "").directory("d/", 0711),
       "d 0711 0:0 @0 2 "},
      {"a directory", TarBuilder().directory("d/", 0711), "d 0711 0:0 @0 2 "},
      {"an opaque root", TarBuilder().file(".wh..wh..opq", ""), nowhere},
  };
  const Disk bottom = convert(
      TarBuilder().header({.name = "d/", .type = '5', .mode = 0700, .uid = 1, .gid = 1}).finish());
  for (const Case& test : cases) {
    const Disk middle = convert(test.middle.finish(), {&bottom});
    const Disk disk = convert(TarBuilder().file("d/x", "").finish(), {&middle, &bottom});
    EXPECT_EQ(DiskView(disk).list().at("d"), test.expected) << test.what;
  }
}

TEST(LowerLayers, below_an_opaque_directory_nothing_is_seen) {
  const Disk bottom = convert(TarBuilder().directory("d/", 0700).directory("d/e/", 0701).finish());
  const Disk opaque =
      convert(TarBuilder().directory("d/", 0711).file("d/.wh..wh..opq", "").finish());
  const std::string tar = TarBuilder().file("d/e/x", "").finish();
  EXPECT_EQ(DiskView(convert(tar, {&bottom})).list().at("d/e"), "d 0701 0:0 @0 2 ");
  const Listing list = DiskView(convert(tar, {&opaque, &bottom})).list();
  EXPECT_EQ(list.at("d"), "d 0711 0:0 @0 3 ");
  EXPECT_EQ(list.at("d/e"), "d 0755 0:0 @0 2 ");
}

TEST(LowerLayers, what_this_layer_hides_is_not_looked_for) {
  const Disk below = convert(base_layer().finish());
  const Disk gone =
      convert(TarBuilder().file(".wh.opt", "").file("opt/app/x", "").finish(), {&below});
  EXPECT_EQ(DiskView(gone).list(), (Listing{{"opt", "d 0755 0:0 @0 3 opaque"},
                                            {"opt/app", "d 0755 0:0 @0 2 "},
                                            {"opt/app/x", "f 0644 0:0 @0 1 0"}}));
  EXPECT_FALSE(gone.result.uses_lower);
  const Disk emptied =
      convert(TarBuilder().file("opt/.wh..wh..opq", "").file("opt/app/x", "").finish(), {&below});
  EXPECT_EQ(DiskView(emptied).list().at("opt"), "d 0750 5:6 @77 3 opaque");
  EXPECT_EQ(DiskView(emptied).list().at("opt/app"), "d 0755 0:0 @0 2 ");
  EXPECT_TRUE(emptied.result.uses_lower);
}

TEST(LowerLayers, overlayfs_own_attributes_are_not_taken_over) {
  const Disk below = convert(TarBuilder().directory("d/").file("d/.wh..wh..opq", "").finish());
  DiskView view(convert(TarBuilder().file("d/x", "").finish(), {&below}));
  EXPECT_EQ(view.list().at("d"), "d 0755 0:0 @0 2 ");
}

TEST(LowerLayers, an_opaque_root_becomes_a_whiteout_of_each_name_below) {
  const Disk bottom = convert(TarBuilder().file("a", "").directory("d/").file("b", "").finish());
  const Disk middle = convert(TarBuilder().file(".wh.b", "").file("c", "").finish(), {&bottom});
  const Disk disk =
      convert(TarBuilder().file("c", "new").file(".wh..wh..opq", "").directory("d/").finish(),
              {&middle, &bottom});
  EXPECT_EQ(DiskView(disk).list(), (Listing{{"a", "c 0000 0:0 @0 1 0,0"},
                                            {"c", "f 0644 0:0 @0 1 3"},
                                            {"d", "d 0755 0:0 @0 2 opaque"}}));
  EXPECT_TRUE(disk.result.uses_lower);
}

TEST(LowerLayers, a_damaged_disk_below_is_corrupt) {
  const Disk below = convert(base_layer().finish());
  const std::string sound = below.bytes();
  int refused = 0;
  for (std::size_t at = 0; at < sound.size(); at += 3) {
    std::string bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 0xff);
    Disk damaged{.fd = base::memory_file("disk"), .result = below.result};
    base::write_all(damaged.fd.get(), bytes);
    const auto error = failure_of(
        [&] { convert(TarBuilder().hard_link("new", "opt/app/tool").finish(), {&damaged}); });
    refused += error ? 1 : 0;
  }
  EXPECT_GT(refused, 20);
  Disk nothing{.fd = base::memory_file("disk")};
  const auto error =
      failure_of([&] { convert(TarBuilder().file("a/b", "").finish(), {&nothing}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), base::ErrorKind::corrupt);
}

}  // namespace
}  // namespace image
