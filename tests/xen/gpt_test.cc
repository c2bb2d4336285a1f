#include "xen/gpt.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"

namespace xen {
namespace {

constexpr std::uint64_t block = 4096;

base::Uuid guid(unsigned number) {
  std::array<std::uint8_t, 16> bytes{0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x47, 0x88, 0x99};
  bytes[15] = static_cast<std::uint8_t>(number);
  return base::Uuid(bytes);
}

std::vector<GptPartition> partitions(unsigned count) {
  std::vector<GptPartition> list;
  for (unsigned i = 1; i <= count; ++i) list.push_back({.bytes = i * block, .guid = guid(i)});
  return list;
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, size);
  return value;
}

class DiskFile {
 public:
  explicit DiskFile(const GptImage& image) : directory_(::testing::TempDir(), "gpt") {
    const base::UniqueFd fd = base::open_file(path(), O_RDWR | O_CREAT, 0600);
    base::write_all_at(fd.get(), base::as_bytes(image.head), 0);
    base::write_all_at(fd.get(), base::as_bytes(image.tail),
                       static_cast<off_t>(image.total_bytes - image.tail.size()));
  }
  std::string path() const { return directory_.path() + "/disk"; }

 private:
  base::TempDir directory_;
};

// What a tool that knows partition tables says of the disk; nullopt where it is not installed.
std::optional<base::Output> ask(std::vector<std::string> argv, const DiskFile& disk) {
  argv.push_back(disk.path());
  try {
    return base::run_program(argv, base::Deadline::after(std::chrono::seconds(30)));
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::not_found) return std::nullopt;
    throw;
  }
}

TEST(Gpt, partitions_follow_each_other_on_whole_blocks) {
  const GptImage image = make_gpt(guid(0), partitions(3));
  EXPECT_EQ(image.head.size() % block, 0u);
  EXPECT_EQ(image.tail.size() % block, 0u);
  const std::uint64_t first = image.head.size();
  EXPECT_EQ(image.starts, (std::vector<std::uint64_t>{first, first + block, first + 3 * block}));
  EXPECT_EQ(image.total_bytes, first + 6 * block + image.tail.size());
}

TEST(Gpt, a_disk_of_a_size_that_is_given_ends_with_its_table) {
  constexpr std::uint64_t size = std::uint64_t{8} << 40;
  const GptImage image = make_gpt(guid(0), partitions(2), size);
  EXPECT_EQ(image.total_bytes, size);
  EXPECT_EQ(image.starts, make_gpt(guid(0), partitions(2)).starts);
  EXPECT_EQ(number_at(image.head, 512 + 32, 8), size / 512 - 1) << "where the other header is";
  EXPECT_EQ(number_at(image.tail, image.tail.size() - 512 + 24, 8), size / 512 - 1);
  EXPECT_THROW(make_gpt(guid(0), partitions(2), 3 * block), base::Error);
  EXPECT_THROW(make_gpt(guid(0), partitions(1), size + 512), base::Error);
}

TEST(Gpt, one_image_is_made_of_one_request) {
  const GptImage one = make_gpt(guid(0), partitions(2));
  const GptImage two = make_gpt(guid(0), partitions(2));
  EXPECT_EQ(one.head, two.head);
  EXPECT_EQ(one.tail, two.tail);
  EXPECT_NE(one.head, make_gpt(guid(9), partitions(2)).head);
}

TEST(Gpt, the_protective_mbr_covers_the_disk) {
  const GptImage image = make_gpt(guid(0), partitions(1));
  EXPECT_EQ(number_at(image.head, 510, 2), 0xaa55u);
  EXPECT_EQ(number_at(image.head, 446 + 4, 1), 0xeeu);
  EXPECT_EQ(number_at(image.head, 446 + 8, 4), 1u);
  EXPECT_EQ(number_at(image.head, 446 + 12, 4), image.total_bytes / 512 - 1);
}

TEST(Gpt, a_disk_above_2_tib_has_a_protective_mbr_of_the_largest_size) {
  const GptImage image = make_gpt(guid(0), {{.bytes = std::uint64_t{3} << 40, .guid = guid(1)}});
  EXPECT_EQ(number_at(image.head, 446 + 12, 4), 0xffffffffu);
}

TEST(Gpt, sfdisk_and_partx_find_what_was_put_in) {
  for (unsigned count : {1u, 2u, 127u}) {
    const GptImage image = make_gpt(guid(0), partitions(count));
    const DiskFile disk(image);
    const auto verified = ask({"sfdisk", "--verify"}, disk);
    const auto shown =
        ask({"partx", "--raw", "--noheadings", "--output", "NR,START,SECTORS,NAME,UUID"}, disk);
    if (!verified || !shown) GTEST_SKIP() << "sfdisk or partx is not installed";
    EXPECT_TRUE(verified->status.ok()) << verified->out << verified->err;
    EXPECT_NE(verified->out.find("No errors detected"), std::string::npos) << verified->out;
    std::string expected;
    for (unsigned i = 1; i <= count; ++i)
      expected += std::to_string(i) + " " + std::to_string(image.starts[i - 1] / 512) + " " +
                  std::to_string(i * block / 512) + " vxn-" + std::to_string(i) + " " +
                  guid(i).text() + "\n";
    EXPECT_EQ(shown->out, expected);
  }
}

TEST(Gpt, sgdisk_finds_no_problems) {
  const DiskFile disk(make_gpt(guid(0), partitions(127)));
  const auto said = ask({"sgdisk", "--verify"}, disk);
  if (!said) GTEST_SKIP() << "sgdisk is not installed";
  EXPECT_NE(said->out.find("No problems found"), std::string::npos) << said->out;
  EXPECT_EQ(said->out.find("Caution"), std::string::npos) << said->out;
}

TEST(Gpt, refuses_what_is_no_disk) {
  EXPECT_THROW(make_gpt(guid(0), {}), base::Error);
  EXPECT_THROW(make_gpt(guid(0), partitions(128)), base::Error);
  EXPECT_THROW(make_gpt(guid(0), {{.bytes = 0, .guid = guid(1)}}), base::Error);
  EXPECT_THROW(make_gpt(guid(0), {{.bytes = 512, .guid = guid(1)}}), base::Error);
}

}  // namespace
}  // namespace xen
