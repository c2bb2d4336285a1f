#include "image/worker_protocol.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "tests/image/store_fixture.h"

namespace image {
namespace {

class ProtocolTest : public StoreTest {
 protected:
  WorkerResult result() {
    WorkerResult result{.named = digest_of('7'), .image = make_image('1', 'a')};
    result.image.config.exposed_ports = {"80/tcp"};
    result.image.config.user =
        "nob\xc3\xb6"
        "dy";
    return result;
  }

  std::string failure(const std::string& bytes) {
    try {
      WorkerRecords records;
      records.feed(base::as_bytes(bytes));
      while (records.next()) {
      }
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::corrupt);
      return error.message().substr(error.message().find(": ") + 2);
    }
    return "accepted";
  }
};

std::string frame(const std::string& body) {
  std::string head(4, '\0');
  for (unsigned i = 0; i < 4; ++i) head[i] = static_cast<char>(body.size() >> (8 * i));
  return head + body;
}

TEST_F(ProtocolTest, every_record_survives_byte_by_byte) {
  const std::vector<WorkerRecord> sent{
      WorkerMessage{.text = "latest: Pulling from library/busybox"},
      WorkerProgress{.item = "a1b2", .state = "Downloading", .done = 5, .total = 10}, result()};
  std::string bytes;
  for (const WorkerRecord& record : sent) bytes += encode(record);
  WorkerRecords records;
  std::vector<WorkerRecord> received;
  for (const char byte : bytes) {
    records.feed(base::as_bytes({&byte, 1}));
    while (auto record = records.next()) received.push_back(std::move(*record));
  }
  EXPECT_EQ(received, sent);
  EXPECT_TRUE(records.empty());
}

TEST_F(ProtocolTest, a_failure_keeps_its_kind) {
  WorkerRecords records;
  const WorkerFailure sent{.kind = base::ErrorKind::denied, .message = "no"};
  records.feed(base::as_bytes(encode(sent)));
  EXPECT_EQ(records.next(), WorkerRecord(sent));
}

TEST_F(ProtocolTest, a_disk_keeps_its_numbers) {
  WorkerRecords records;
  const WorkerDisk sent{.bytes = 7, .dropped_xattrs = 2};
  records.feed(base::as_bytes(encode(sent)));
  EXPECT_EQ(records.next(), WorkerRecord(sent));
}

TEST_F(ProtocolTest, what_came_of_an_archive_or_a_push_survives) {
  const std::vector<WorkerRecord> ends{
      WorkerLoaded{.images = {{.image = result().image, .names = {"docker.io/library/a:1"}},
                              {.image = result().image, .names = {}}}},
      WorkerSaved{.bytes = std::uint64_t{1} << 60},
      WorkerPushed{.digest = digest_of('5'), .bytes = 527},
      WorkerLogin{},
      WorkerVerified{.damaged = {{.blob = digest_of('5'), .problem = "has the digest …"}}},
      WorkerFound{.images = {{.name = "a/b", .description = "x", .stars = 7, .official = true}}},
      WorkerTags{.tags = {"1", "latest"}}};
  for (const WorkerRecord& sent : ends) {
    WorkerRecords records;
    records.feed(base::as_bytes(encode(sent)));
    EXPECT_EQ(records.next(), sent);
    EXPECT_EQ(failure(encode(sent) + "x"), "it goes on after its end");
  }
}

TEST_F(ProtocolTest, times_before_1970_survive) {
  WorkerResult sent = result();
  sent.image.config.created = base::parse_time("0001-01-01T00:00:00Z");
  WorkerRecords records;
  records.feed(base::as_bytes(encode(sent)));
  EXPECT_EQ(records.next(), WorkerRecord(sent));
}

TEST_F(ProtocolTest, a_hostile_stream_is_refused) {
  const std::string good = encode(result());
  const std::string done = encode(WorkerFailure{.message = "x"});
  const std::string body = good.substr(4);
  const std::vector<std::pair<std::string, std::string>> cases{
      {std::string("\0\0\0\0", 4), "a record's length is out of bounds"},
      {std::string("\xff\xff\xff\xff", 4), "a record's length is out of bounds"},
      {frame(std::string("\0", 1)), "an unknown kind of record"},
      {frame("\x63"), "an unknown kind of record"},
      {frame("\1"), "a record ends early"},
      {frame(std::string("\1\1\0\0\0", 5)), "a record ends early"},
      {frame(std::string("\1\0\0\0\0x", 6)), "a record is too long"},
      {frame(std::string("\1\xff\xff\xff\xff", 5)), "a text is too long"},
      {frame(std::string("\1\1\0\0\0\0", 6)), "a text is not clean UTF-8"},
      {frame(std::string("\1\1\0\0\0\xff", 6)), "a text is not clean UTF-8"},
      {frame(std::string("\3\x63\0\0\0\0", 6)), "an unknown kind of failure"},
      {frame(body + "x"), "a record is too long"},
      {frame(body.substr(0, body.size() - 1)), "a record ends early"},
      {done + done, "it goes on after its end"},
      {good + "x", "it goes on after its end"},
      {encode(WorkerDisk{.bytes = 1}) + done, "it goes on after its end"},
  };
  for (const auto& [bytes, expected] : cases) EXPECT_EQ(failure(bytes), expected);
}

TEST_F(ProtocolTest, every_truncation_of_a_result_is_refused) {
  const std::string body = encode(result()).substr(4);
  for (std::size_t size = 1; size < body.size(); ++size)
    EXPECT_NE(failure(frame(body.substr(0, size))), "accepted") << size;
}

TEST_F(ProtocolTest, what_exceeds_a_bound_is_refused_by_the_writer_too) {
  const std::vector<std::function<void(Image&)>> spoilers{
      [](Image& image) { image.layers.assign(128, image.layers[0]); },
      [](Image& image) { image.config.env.assign(65537, ""); },
      [](Image& image) { image.config.env = {std::string((1 << 20) + 1, 'x')}; },
      [](Image& image) { image.config.env.assign(9, std::string(1 << 20, 'x')); },
      [](Image& image) { image.config.env = {std::string("a\0b", 3)}; },
      [](Image& image) { image.config.cmd = {"\xff"}; },
      [](Image& image) { image.layers[0].blob.bytes = std::uint64_t{1} << 51; },
      [](Image& image) { image.id = {.algorithm = "sha512", .hex = std::string(128, 'a')}; },
      [](Image& image) { image.layers[0].blob.media_type = std::string(257, 'x'); },
  };
  for (const auto& spoil : spoilers) {
    WorkerResult bad = result();
    spoil(bad.image);
    EXPECT_THROW(encode(bad), base::Error);
  }
}

TEST_F(ProtocolTest, foreign_words_in_a_failure_are_made_printable) {
  WorkerRecords records;
  records.feed(
      base::as_bytes(encode(WorkerFailure{.message = "\x1b[2J\xff" + std::string(100000, 'x')})));
  const WorkerRecord record = *records.next();
  const std::string& message = std::get<WorkerFailure>(record).message;
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_LE(message.size(), 4096U);
}

}  // namespace
}  // namespace image
