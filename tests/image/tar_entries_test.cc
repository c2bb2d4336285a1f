// What entries a tar has: names as bytes, sizes beyond 8 GiB, sparse maps, attributes; and what is
// no tar.
#include "image/tar_entries.h"

#include <clocale>

#include "tests/image/disk_fixture.h"

namespace image {
namespace {

using testing_support::PaxRecords;

std::vector<TarEntry> entries_of(const std::string& tar, std::size_t piece = 100000) {
  PiecemealSource source(tar, piece);
  TarEntries reader(source);
  std::vector<TarEntry> entries;
  while (auto entry = reader.next()) entries.push_back(std::move(*entry));
  return entries;
}

// The data pieces of the first entry as "offset:bytes".
std::vector<std::string> pieces_of(const std::string& tar) {
  MemorySource source(base::as_bytes(tar));
  TarEntries reader(source);
  std::vector<std::string> pieces;
  if (!reader.next()) return pieces;
  while (const auto data = reader.next_data())
    pieces.push_back(fmt::format(
        "{}:{}", data->offset,
        std::string_view(reinterpret_cast<const char*>(data->bytes.data()), data->bytes.size())));
  return pieces;
}

// GNU sparse 1.0, as GNU tar's --format=posix --sparse writes it: the map stands before the data.
TarBuilder& add_sparse_1_0(TarBuilder& tar, std::uint64_t real_size, const std::string& map,
                           const std::string& data) {
  std::string body = map;
  body.append((512 - body.size() % 512) % 512, '\0');
  body += data;
  return tar
      .pax({{"GNU.sparse.major", "1"},
            {"GNU.sparse.minor", "0"},
            {"GNU.sparse.name", "sparse"},
            {"GNU.sparse.realsize", std::to_string(real_size)}})
      .file("./GNUSparseFile.0/sparse", body);
}

TEST(TarEntries, names_are_the_bytes_they_are_in_every_locale) {
  const std::string long_name = "d/" + std::string(200, 'n') + "/" + std::string(200, 'm');
  struct Case {
    const char* what;
    std::string name;
    TarBuilder tar;
  };
  std::vector<Case> cases;
  for (const std::string name :
       {"latin-\xe9", "utf-\xc3\xa9", "no-\xff\xfe\x80", "cut-\xc3",
        "surrogates-\xed\xa0\xbd\xed\xb8\x80", "long-\xc0\xaf", "a b\n\x01"}) {
    cases.push_back({"ustar", name, TarBuilder().file(name, "")});
    cases.push_back({"gnu", name, TarBuilder().file(name, "", {.flavour = TarFlavour::gnu})});
    cases.push_back({"v7", name, TarBuilder().file(name, "", {.flavour = TarFlavour::v7})});
    cases.push_back({"pax", name, TarBuilder().pax({{"path", name}}).file("x", "")});
    cases.push_back({"pax binary", name,
                     TarBuilder().pax({{"hdrcharset", "BINARY"}, {"path", name}}).file("x", "")});
    cases.push_back({"gnu long", name, TarBuilder().gnu_long('L', name).file("x", "")});
  }
  cases.push_back({"long pax", long_name, TarBuilder().pax({{"path", long_name}}).file("x", "")});
  cases.push_back({"long gnu", long_name, TarBuilder().gnu_long('L', long_name).file("x", "")});
  cases.push_back(
      {"prefix", "dir/\xe9/name", TarBuilder().file("name", "", {.prefix = "dir/\xe9"})});
  cases.push_back(
      {"name of 100 bytes", std::string(100, 'a'), TarBuilder().file(std::string(100, 'a'), "")});
  for (const char* locale : {"C", "C.UTF-8"}) {
    ASSERT_NE(std::setlocale(LC_ALL, locale), nullptr);
    for (const Case& test : cases) {
      const auto entries = entries_of(test.tar.finish());
      ASSERT_EQ(entries.size(), 1u) << test.what;
      EXPECT_EQ(entries[0].path, test.name) << test.what << " in " << locale;
    }
  }
  static_cast<void>(std::setlocale(LC_ALL, "C"));
}

TEST(TarEntries, link_targets_are_the_bytes_they_are) {
  const std::string target = std::string(150, 'y') + "\xe9\xff";
  for (const char* locale : {"C", "C.UTF-8"}) {
    ASSERT_NE(std::setlocale(LC_ALL, locale), nullptr);
    for (const char type : {'1', '2'}) {
      const TarHeader link{.name = "l", .type = type};
      for (const std::string& tar : {TarBuilder().pax({{"linkpath", target}}).header(link).finish(),
                                     TarBuilder().gnu_long('K', target).header(link).finish()}) {
        const auto entries = entries_of(tar);
        ASSERT_EQ(entries.size(), 1u);
        EXPECT_EQ(entries[0].link_target, target) << type << " in " << locale;
        EXPECT_EQ(entries[0].type, type == '1' ? EntryType::hard_link : EntryType::symlink);
      }
    }
  }
  static_cast<void>(std::setlocale(LC_ALL, "C"));
}

TEST(TarEntries, numbers_beyond_octal_fields_are_kept) {
  const std::uint64_t size = std::uint64_t{9} << 30;
  MemorySource empty({});
  const TarBuilder base256 = TarBuilder().header({.name = "a", .uid = 3000000000, .size = size});
  const TarBuilder pax = TarBuilder()
                             .pax({{"size", std::to_string(size)}, {"uid", "3000000000"}})
                             .header({.name = "a"});
  for (const TarBuilder& tar : {base256, pax}) {
    MemorySource source(base::as_bytes(tar.unfinished()));
    TarEntries reader(source);
    const auto entry = reader.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->size, size);
    EXPECT_EQ(entry->uid, 3000000000u);
  }
}

TEST(TarEntries, impossible_owners_are_refused) {
  for (const char* id : {"-1", "4294967295", "99999999999999"}) {
    const auto error = failure_of([&] {
      entries_of(TarBuilder().pax({{"uid", id}}).file("a", "").finish());
    });
    ASSERT_TRUE(error) << id;
    EXPECT_EQ(error->kind(), base::ErrorKind::corrupt);
  }
}

TEST(TarEntries, types_are_told_apart) {
  TarBuilder tar;
  tar.header({.name = "file", .type = '0'}).header({.name = "old", .type = '\0'});
  tar.header({.name = "olddir/", .type = '\0', .flavour = TarFlavour::v7});
  tar.header({.name = "contiguous", .type = '7'}).header({.name = "dir", .type = '5'});
  tar.symlink("sym", "t").hard_link("hard", "file").device("c", '3', 4, 5).device("b", '4', 6, 7);
  tar.header({.name = "pipe", .type = '6'});
  std::string types;
  for (const TarEntry& entry : entries_of(tar.finish()))
    types += "fdlhcbp"[static_cast<int>(entry.type)];
  EXPECT_EQ(types, "ffdfdlhcbp");
}

TEST(TarEntries, attributes_are_binary) {
  const std::string capability("\1\0\0\2\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
  TarBuilder tar;
  tar.pax({{"SCHILY.xattr.security.capability", capability},
           {"SCHILY.xattr.user.lines", "a\nb=c\n"},
           {"SCHILY.xattr.user.empty", ""},
           {"SCHILY.xattr.user.twice", "1"},
           {"SCHILY.xattr.user.twice", "2"},
           {"SCHILY.acl.access", "user::rwx"}})
      .file("a", "");
  const auto entries = entries_of(tar.finish());
  ASSERT_EQ(entries.size(), 1u);
  std::map<std::string, std::string> found;
  for (const Xattr& xattr : entries[0].xattrs) found[xattr.name] = xattr.value;
  EXPECT_EQ(found, (std::map<std::string, std::string>{
                       {"security.capability", capability},
                       {"user.empty", ""},
                       {"user.lines", "a\nb=c\n"},
                       {"user.twice", "2"},
                   }));
}

TEST(TarEntries, attributes_of_one_entry_do_not_leak_to_the_next) {
  TarBuilder tar;
  tar.pax({{"SCHILY.xattr.user.a", "1"}, {"path", "long"}, {"size", "3"}}).file("a", "abc");
  tar.file("b", "de");
  const auto entries = entries_of(tar.finish());
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].path, "b");
  EXPECT_EQ(entries[1].size, 2u);
  EXPECT_TRUE(entries[1].xattrs.empty());
}

TEST(TarEntries, global_headers_change_nothing) {
  TarBuilder tar;
  tar.pax({{"path", "global"}, {"comment", "x"}}, 'g').file("a", "abc");
  const auto entries = entries_of(tar.finish());
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].path, "a");
}

TEST(TarEntries, sparse_files_have_their_data_where_the_map_says) {
  TarBuilder version_1;
  add_sparse_1_0(version_1, 5000, "2\n1000\n3\n4000\n2\n", "abcde");
  TarBuilder version_0_1;
  version_0_1
      .pax({{"GNU.sparse.size", "5000"},
            {"GNU.sparse.numblocks", "2"},
            {"GNU.sparse.map", "1000,3,4000,2"},
            {"GNU.sparse.name", "sparse"}})
      .file("x", "abcde");
  TarBuilder version_0_0;
  version_0_0
      .pax({{"GNU.sparse.size", "5000"},
            {"GNU.sparse.numblocks", "2"},
            {"GNU.sparse.offset", "1000"},
            {"GNU.sparse.numbytes", "3"},
            {"GNU.sparse.offset", "4000"},
            {"GNU.sparse.numbytes", "2"}})
      .file("sparse", "abcde");
  TarBuilder old_gnu;
  old_gnu.raw(
      TarBuilder::encode_gnu_sparse({.name = "sparse", .size = 5}, 5000, {{1000, 3}, {4000, 2}}));
  old_gnu.data("abcde");
  for (const TarBuilder& tar : {version_1, version_0_1, version_0_0, old_gnu}) {
    const auto entries = entries_of(tar.finish());
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries[0].path, "sparse");
    EXPECT_EQ(entries[0].size, 5000u);
    EXPECT_EQ(pieces_of(tar.finish()), (std::vector<std::string>{"1000:abc", "4000:de"}));
  }
}

TEST(TarEntries, sparse_maps_that_lie_are_refused) {
  struct Case {
    const char* what;
    std::uint64_t size;
    const char* map;
  };
  const Case cases[] = {
      {"beyond the size", 1000, "1\n998\n5\n"},
      {"overlapping", 5000, "2\n0\n3\n1\n2\n"},
      {"backwards", 5000, "2\n4000\n3\n0\n2\n"},
      {"more data than there is", 5000, "1\n0\n4000\n"},
      {"offset of 2^63", 5000, "1\n9223372036854775808\n5\n"},
      {"not a number", 5000, "1\nx\n5\n"},
      {"more blocks than there are", 5000, "1000000\n0\n5\n"},
      {"nothing", 5000, ""},
      {"a map of half an entry", 5000, "1\n0\n"},
      {"a sum beyond 64 bits", 5000, "2\n0\n18446744073709551615\n5\n10\n"},
      {"less data than there is", 5000, "1\n0\n3\n"},
  };
  for (const Case& test : cases) {
    TarBuilder tar;
    add_sparse_1_0(tar, test.size, test.map, "abcde");
    const auto error = failure_of([&] { pieces_of(tar.finish()); });
    ASSERT_TRUE(error) << test.what;
    EXPECT_EQ(error->kind(), base::ErrorKind::corrupt) << test.what;
  }
}

TEST(TarEntries, what_ends_too_early_is_refused_wherever_it_ends) {
  TarBuilder tar;
  tar.pax({{"path", "long"}}).file("a", std::string(2000, 'x')).file("b", "");
  const std::string whole = tar.unfinished();
  std::vector<std::size_t> ends_between_entries;
  for (std::size_t end = 1; end < whole.size(); ++end) {
    const std::string cut = whole.substr(0, end);
    if (!failure_of([&] { entries_of(cut); })) ends_between_entries.push_back(end);
  }
  EXPECT_EQ(ends_between_entries, (std::vector<std::size_t>{std::size_t{512} * 7}));
}

std::string bad_mode() {
  std::string block = TarBuilder::encode({.name = "x"});
  block.replace(100, 7, "rw-r--r");
  return TarBuilder::sign(block);
}

TEST(TarEntries, what_is_no_tar_is_refused) {
  struct Case {
    const char* what;
    std::string bytes;
  };
  TarBuilder damaged;
  damaged.file("a", "x").raw(std::string(512, '?')).file("b", "x");
  TarBuilder many;
  for (int i = 0; i < 10000; ++i) many.gnu_long('L', "name");
  const Case cases[] = {
      {"garbage", std::string(4096, 'g')},
      {"one byte", "x"},
      {"a zip", std::string("PK\3\4") + std::string(2000, '\0')},
      {"a cpio", "070701" + std::string(2000, '0')},
      {"a damaged header between sound ones", damaged.finish()},
      {"long names without end", many.finish()},
      {"a pax header of 2 MiB",
       TarBuilder().pax({{"path", std::string(2 << 20, 'a')}}).file("x", "").finish()},
      {"a pax header without lengths", TarBuilder()
                                           .header({.name = "p", .type = 'x', .size = 9})
                                           .data("path=abc\n")
                                           .file("x", "")
                                           .finish()},
      {"a pax record longer than its header", TarBuilder()
                                                  .header({.name = "p", .type = 'x', .size = 9})
                                                  .data("99 path=a")
                                                  .file("x", "")
                                                  .finish()},
      {"a pax header alone", TarBuilder().pax({{"path", "a"}}).finish()},
      {"an unknown type", TarBuilder().header({.name = "x", .type = 'Z'}).finish()},
      {"a lone block of zeros", std::string(512, '\0') + TarBuilder().file("x", "").finish()},
      {"a sparse format of the future",
       TarBuilder()
           .pax({{"GNU.sparse.major", "2"}, {"GNU.sparse.minor", "0"}})
           .file("x", "")
           .finish()},
      {"a sparse header that is not GNU's",
       TarBuilder().header({.name = "x", .type = 'S'}).finish()},
      {"a mode that is no number", TarBuilder().raw(bad_mode()).finish()},
      {"a negative size", TarBuilder().pax({{"size", "-5"}}).file("x", "").finish()},
      {"a size beyond 63 bits",
       TarBuilder().pax({{"size", "99999999999999999999"}}).file("x", "").finish()},
  };
  for (const Case& test : cases) {
    const auto error = failure_of([&] { entries_of(test.bytes); });
    ASSERT_TRUE(error) << test.what;
    EXPECT_EQ(error->kind(), base::ErrorKind::corrupt) << test.what;
  }
}

TEST(TarEntries, the_source_is_read_to_its_end) {
  const std::string tar = TarBuilder().file("a", "x").finish() + std::string(100000, '\0') + "rest";
  MemorySource source(base::as_bytes(tar));
  TarEntries reader(source);
  while (reader.next()) {
  }
  std::byte more[1];
  EXPECT_EQ(source.read(more), 0u);
}

TEST(TarEntries, pieces_of_any_size_from_the_source_make_the_same_entries) {
  TarBuilder tar;
  tar.pax({{"path", std::string(300, 'p')}}).file("a", std::string(5000, 'x')).symlink("l", "t");
  for (const std::size_t piece : {1u, 7u, 511u, 513u, 100000u}) {
    const auto entries = entries_of(tar.finish(), piece);
    ASSERT_EQ(entries.size(), 2u) << piece;
    EXPECT_EQ(entries[0].path.size(), 300u);
    EXPECT_EQ(entries[1].link_target, "t");
  }
}

class FailingSource : public ByteSource {
 public:
  std::size_t read(std::span<std::byte> buffer) override {
    if (std::exchange(called_, true)) throw base::Error(base::ErrorKind::denied, "no more");
    const std::string start = TarBuilder().header({.name = "a", .size = 9999}).unfinished();
    std::memcpy(buffer.data(), start.data(), start.size());
    return start.size();
  }

 private:
  bool called_ = false;
};

TEST(TarEntries, a_failing_source_is_told_as_it_failed) {
  FailingSource source;
  TarEntries reader(source);
  ASSERT_TRUE(reader.next());
  const auto error = failure_of([&] { reader.next(); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), base::ErrorKind::denied);
  EXPECT_EQ(error->message(), "no more");
}

}  // namespace
}  // namespace image
