// Decompression as a stream: members and frames, damage, bombs.
#include "image/inflate.h"

#include <utility>

#include "tests/image/disk_fixture.h"
#include "tests/support/compress.h"

namespace image {
namespace {

using testing_support::bzip2;
using testing_support::gzip;
using testing_support::xz;
using testing_support::zstd;

std::string inflate(const std::string& bytes, std::size_t piece = 1000, std::size_t room = 777,
                    const InflateLimits& limits = {}) {
  PiecemealSource source(bytes, piece);
  Inflate inflate(source, limits);
  std::string all;
  std::vector<std::byte> buffer(room);
  while (const std::size_t count = inflate.read(buffer))
    all.append(reinterpret_cast<const char*>(buffer.data()), count);
  EXPECT_EQ(inflate.bytes_in(), bytes.size());
  EXPECT_EQ(inflate.bytes_out(), all.size());
  return all;
}

std::string text(std::size_t size) {
  std::string text;
  std::uint32_t state = 9;
  while (text.size() < size)
    text += "word" + std::to_string((state = state * 1664525 + 1) >> 22) + " ";
  text.resize(size);
  return text;
}

std::string joined(const std::string& a, const std::string& b) { return a + b; }

TEST(Inflate, gives_back_what_was_compressed_whatever_the_pieces) {
  const std::string plain = text(300000);
  struct Case {
    const char* what;
    std::string bytes;
    Compression compression;
  };
  const std::string skippable("\x50\x2a\x4d\x18\4\0\0\0abcd", 12);
  const Case cases[] = {
      {"none", plain, Compression::none},
      {"gzip", gzip(plain), Compression::gzip},
      {"gzip members", gzip(plain.substr(0, 5)) + gzip("") + gzip(plain.substr(5)),
       Compression::gzip},
      {"gzip with padding", gzip(plain) + std::string(1000, '\0'), Compression::gzip},
      {"zstd", zstd(plain), Compression::zstd},
      {"zstd frames", zstd(plain.substr(0, 5)) + zstd("") + zstd(plain.substr(5)),
       Compression::zstd},
      {"xz", xz(plain), Compression::xz},
      {"xz streams", xz(plain.substr(0, 5)) + std::string(8, '\0') + xz("") + xz(plain.substr(5)),
       Compression::xz},
      {"bzip2", bzip2(plain), Compression::bzip2},
      {"bzip2 streams", bzip2(plain.substr(0, 5)) + bzip2("") + bzip2(plain.substr(5)),
       Compression::bzip2},
      {"bzip2 with padding", bzip2(plain) + std::string(1000, '\0'), Compression::bzip2},
      {"zstd after a skippable frame", skippable + zstd(plain) + skippable, Compression::zstd},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(detect_compression(base::as_bytes(test.bytes)), test.compression) << test.what;
    for (const auto& [piece, room] :
         {std::pair<std::size_t, std::size_t>{1, 100000}, {100000, 1}, {13, 500}, {100000, 100000}})
      EXPECT_TRUE(inflate(test.bytes, piece, room) == plain) << test.what << " " << piece;
  }
}

TEST(Inflate, nothing_and_little_is_not_compressed) {
  for (const std::string bytes : {"", "a", "\x1f", "\x1f\x8b", "\x1f\x8b\x08"})
    EXPECT_EQ(inflate(bytes), bytes);
}

TEST(Inflate, a_tar_whose_first_name_begins_like_bzip2_is_not_compressed) {
  for (const std::string name : {"BZh9", "BZh9/1AY&SX", "BZh01AY&SY"}) {
    const std::string tar = TarBuilder().file(name, "content").finish();
    EXPECT_TRUE(inflate(tar) == tar) << name;
  }
  EXPECT_EQ(inflate(bzip2("")), "");
}

TEST(Inflate, a_gzip_header_with_all_its_fields_is_read) {
  std::string bytes = gzip("hello");
  std::string header("\x1f\x8b\x08\x1c\0\0\0\0\0\3", 10);
  header += std::string("\5\0extra", 7) + std::string("name\0", 5) + std::string("comment\0", 8);
  for (const std::size_t piece : {1, 3, 11, 100})
    EXPECT_EQ(inflate(header + bytes.substr(10), piece), "hello") << piece;
}

TEST(Inflate, a_damaged_gzip_header_is_corrupt) {
  const std::string another_method = gzip("hello").replace(2, 1, "\7");
  const std::string no_end_of_name = std::string("\x1f\x8b\x08\x08\0\0\0\0\0\3", 10) + "name";
  for (const std::string& bytes : {gzip("x") + another_method, no_end_of_name}) {
    const auto error = failure_of([&] { inflate(bytes, 1); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), base::ErrorKind::corrupt);
  }
}

TEST(Inflate, what_ends_too_early_is_corrupt) {
  const std::string plain = text(20000);
  for (const std::string& whole :
       {gzip(plain), zstd(plain), xz(plain), bzip2(plain), joined(gzip(plain), gzip("x"))}) {
    const std::size_t first_end = whole.starts_with(gzip(plain)) ? gzip(plain).size() : 0;
    for (std::size_t end = longest_magic; end < whole.size(); end += 7) {
      if (end == first_end) continue;
      const auto error = failure_of([&] { inflate(whole.substr(0, end)); });
      ASSERT_TRUE(error) << end << " of " << whole.size();
      EXPECT_EQ(error->kind(), base::ErrorKind::corrupt);
    }
  }
}

TEST(Inflate, a_wrong_bit_is_refused_or_without_effect) {
  const std::string plain = text(5000);
  for (const std::string& sound : {gzip(plain), xz(plain), bzip2(plain)}) {
    int refused = 0;
    for (std::size_t at = 10; at < sound.size(); ++at) {
      std::string bytes = sound;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
      std::string out = plain;  // bits that pad the last byte mean nothing
      const bool failed = failure_of([&] { out = inflate(bytes); }).has_value();
      EXPECT_TRUE(failed || out == plain) << at;
      refused += failed ? 1 : 0;
    }
    EXPECT_GE(refused * 100, static_cast<int>(sound.size()) * 98);
  }
}

TEST(Inflate, what_follows_the_end_is_corrupt) {
  for (const std::string& bytes :
       {gzip("a") + "rest", gzip("a") + std::string(5, '\0') + "x", gzip("a") + "\x1f",
        zstd("a") + "rest", xz("a") + "rest", xz("a") + std::string(3, '\0'), bzip2("a") + "BZ",
        bzip2("a") + "BZh9rest", bzip2("a") + std::string(5, '\0') + "x"}) {
    const auto error = failure_of([&] { inflate(bytes); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), base::ErrorKind::corrupt);
  }
}

TEST(Inflate, bombs_are_stopped_by_size_and_by_ratio) {
  const std::string zeros(5 << 20, '\0');
  for (const std::string& bomb : {gzip(zeros), zstd(zeros), xz(zeros), bzip2(zeros)}) {
    EXPECT_TRUE(inflate(bomb, 100000, 100000) == zeros);
    for (const InflateLimits& limits :
         {InflateLimits{.bytes = 1 << 20}, InflateLimits{.ratio = 100, .ratio_after = 1 << 20}}) {
      const auto error = failure_of([&] { inflate(bomb, 100000, 100000, limits); });
      ASSERT_TRUE(error);
      EXPECT_EQ(error->kind(), base::ErrorKind::corrupt);
    }
    EXPECT_TRUE(inflate(bomb, 100000, 100000, {.bytes = 5 << 20, .ratio = 0}) == zeros);
  }
}

TEST(Inflate, a_zstd_window_beyond_the_limit_is_refused) {
  const std::string header("\x28\xb5\x2f\xfd\0\xa8", 6);  // window of 2^31
  const auto error = failure_of([&] { inflate(header + std::string(100, '\0')); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), base::ErrorKind::corrupt);
}

TEST(Inflate, an_xz_dictionary_beyond_the_limit_is_refused) {
  const std::string plain = text(5000);
  const auto error =
      failure_of([&] { inflate(xz(plain), 1000, 1000, {.xz_memory = std::uint64_t{1} << 20}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message(), "decompressing: xz: its dictionary takes too much memory");
}

TEST(Inflate, a_compressed_layer_is_the_same_disk) {
  const std::string tar = TarBuilder().directory("d/").file("d/a", text(300000)).finish();
  const std::string expected = convert(tar).bytes();
  for (const std::string& bytes : {tar, gzip(tar), zstd(tar), xz(tar), bzip2(tar)}) {
    PiecemealSource source(bytes, 10000);
    Inflate inflated(source);
    Disk disk{.fd = base::memory_file("disk")};
    disk.result = write_layer_disk(inflated, disk.fd.get(), {}, {});
    EXPECT_TRUE(disk.bytes() == expected);
    EXPECT_EQ(inflated.bytes_in(), bytes.size());
  }
}

}  // namespace
}  // namespace image
