// Contents as the writer stores them and the reader finds them: blocks, fragments, duplicates,
// holes.
#include <random>

#include "base/subprocess.h"
#include "image/squashfs_writer.h"
#include "tests/image/disk_fixture.h"

namespace image {
namespace {

constexpr std::size_t block = 4096;

// Files of few different blocks and tails, so that whole files, runs of blocks and tails repeat,
// and blocks of zeros stand at each place.
std::string contents_from(std::mt19937& random) {
  std::string content;
  for (auto blocks = random() % 6; blocks > 0; --blocks) {
    const char kind = static_cast<char>(random() % 4);
    content.append(block, kind == 0 ? '\0' : static_cast<char>('a' + kind));
    if (kind == 3) content[content.size() - 7] = static_cast<char>(random() % 2);
  }
  const std::size_t tails[] = {0, 0, 1, 100, 4095};
  content.append(tails[random() % 5], random() % 3 == 0 ? '\0' : 'z');
  return content;
}

class Contents : public testing::TestWithParam<DiskCompression> {};

TEST_P(Contents, come_back_whatever_repeats_and_wherever_zeros_are) {
  std::mt19937 random(42);
  for (int round = 0; round < 30; ++round) {
    TarBuilder tar;
    std::vector<std::string> contents;
    for (int i = 0; i < 60; ++i) {
      contents.push_back(contents_from(random));
      tar.file("f" + std::to_string(i), contents.back());
    }
    DiskView view(
        convert(tar.finish(), {},
                {.compression = GetParam(), .block_size = block, .threads = round % 3 + 1u}));
    for (std::size_t i = 0; i < contents.size(); ++i)
      ASSERT_TRUE(view.read("f" + std::to_string(i)) == contents[i]) << round << " " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Compressions, Contents,
                         testing::Values(DiskCompression::lz4, DiskCompression::zstd,
                                         DiskCompression::none));

TEST(Squashfs, a_file_that_repeats_its_own_beginning_keeps_all_of_it) {
  const std::string a(block, 'a');
  const std::string b(block, 'b');
  TarBuilder tar;
  tar.file("1", a).file("2", a + a).file("3", a + a + a).file("4", b + a + a).file("5", a + b + a);
  tar.file("6", a + a + b);
  DiskView view(convert(tar.finish(), {}, {.block_size = block}));
  EXPECT_TRUE(view.read("1") == a);
  EXPECT_TRUE(view.read("2") == a + a);
  EXPECT_TRUE(view.read("3") == a + a + a);
  EXPECT_TRUE(view.read("4") == b + a + a);
  EXPECT_TRUE(view.read("5") == a + b + a);
  EXPECT_TRUE(view.read("6") == a + a + b);
}

// Data and holes in turn, through GNU's sparse format.
std::string sparse_tar(const std::vector<std::pair<std::uint64_t, std::string>>& parts,
                       std::uint64_t size) {
  std::string map = std::to_string(parts.size()) + "\n";
  std::string data;
  for (const auto& [offset, bytes] : parts) {
    map += fmt::format("{}\n{}\n", offset, bytes.size());
    data += bytes;
  }
  map.append((512 - map.size() % 512) % 512, '\0');
  return TarBuilder()
      .pax({{"GNU.sparse.major", "1"},
            {"GNU.sparse.minor", "0"},
            {"GNU.sparse.name", "s"},
            {"GNU.sparse.realsize", std::to_string(size)}})
      .file("x", map + data)
      .finish();
}

TEST(Squashfs, holes_are_where_they_were) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::pair<std::uint64_t, std::string>> parts;
    std::string expected;
    for (auto count = random() % 5; count > 0; --count) {
      expected.append(random() % 3 == 0 ? block * (random() % 4) : random() % (4 * block), '\0');
      const std::size_t length = random() % 3 == 0 ? block : random() % (2 * block) + 1;
      parts.emplace_back(expected.size(), std::string(length, 'd'));
      expected += parts.back().second;
    }
    expected.append(random() % 2 == 0 ? random() % (3 * block) : block * (random() % 3), '\0');
    const Disk disk = convert(sparse_tar(parts, expected.size()), {}, {.block_size = block});
    ASSERT_TRUE(DiskView(disk).read("s") == expected) << round;
  }
}

TEST(Squashfs, a_hole_of_a_terabyte_takes_neither_time_nor_space) {
  const std::uint64_t size = std::uint64_t{1} << 40;
  const Disk disk = convert(sparse_tar({{size - 700000, "near the end"}}, size));
  EXPECT_EQ(disk.result.file_bytes, 12u);
  EXPECT_LT(disk.result.disk_bytes, 1u << 20);
  SquashfsReader reader(disk.fd.get());
  const auto file = reader.find(reader.root(), "s");
  ASSERT_TRUE(file);
  EXPECT_EQ(reader.inode(*file).size, size);
  std::string found(20, '?');
  ASSERT_EQ(reader.read(*file, size - 700004, std::as_writable_bytes(std::span(found))), 20u);
  EXPECT_EQ(found, std::string(4, '\0') + "near the end" + std::string(4, '\0'));
}

// A reader that is not ours. Each line: mode, owner, size or device, time, path.
TEST(Squashfs, unsquashfs_finds_the_same) {
  TarBuilder tar;
  tar.header({.name = "./", .type = '5', .mode = 0711, .mtime = 86400});
  tar.header({.name = "d/", .type = '5', .mode = 01777, .uid = 1, .gid = 2, .mtime = 86400});
  tar.file("d/f", std::string(300000, 'f'),
           {.mode = 04755, .uid = 3, .gid = 70000, .mtime = 86460});
  tar.pax({{"SCHILY.xattr.user.a", "b"}}).file("d/e", "").hard_link("d/g", "d/f");
  tar.symlink("l", "d/f").device("n", '3', 1, 3).header({.name = "p", .type = '6'});
  const Disk disk = convert(tar.finish());
  const base::Output listing =
      base::run_program({"env", "TZ=UTC", "unsquashfs", "-lln", "-d", "", "-q",
                         fmt::format("/proc/{}/fd/{}", getpid(), disk.fd.get())},
                        base::Deadline::after(std::chrono::seconds(60)));
  EXPECT_EQ(listing.err, "");
  std::string squeezed;
  for (const char c : listing.out)
    if (c != ' ' || !squeezed.ends_with(' ')) squeezed += c;
  EXPECT_EQ(squeezed,
            "drwx--x--x 0/0 51 1970-01-02 00:00 \n"
            "drwxrwxrwt 1/2 42 1970-01-02 00:00 /d\n"
            "-rw-r--r-- 0/0 0 1970-01-01 00:00 /d/e\n"
            "-rwsr-xr-x 3/70000 300000 1970-01-02 00:01 /d/f\n"
            "-rwsr-xr-x 3/70000 300000 1970-01-02 00:01 /d/g\n"
            "lrwxrwxrwx 0/0 3 1970-01-01 00:00 /l -> d/f\n"
            "crw-r--r-- 0/0 1, 3 1970-01-01 00:00 /n\n"
            "prw-r--r-- 0/0 0 1970-01-01 00:00 /p\n");
}

TEST(Squashfs, equal_files_are_stored_once) {
  std::mt19937 random(7);
  std::string content(200000, '\0');
  for (char& c : content) c = static_cast<char>(random());
  const Disk one = convert(TarBuilder().file("a", content).finish());
  const Disk two = convert(TarBuilder().file("a", content).file("b", content).finish());
  EXPECT_LT(two.result.disk_bytes, one.result.disk_bytes + 8192);
  EXPECT_TRUE(DiskView(two).read("b") == content);
}

}  // namespace
}  // namespace image
