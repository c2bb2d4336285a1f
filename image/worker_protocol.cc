#include "image/worker_protocol.h"

#include <array>

#include "base/text.h"
#include "image/report_fields.h"

namespace image {
namespace {

constexpr std::uint32_t most_images = 4096;

using report::corrupt;
using report::fields;
using report::largest_size;
using report::list;
using report::longest_line;
using report::longest_text;
using report::longest_word;

template <typename Archive>
void fields(Archive& archive, WorkerMessage& message) {
  archive.text(message.text, longest_line);
}

template <typename Archive>
void fields(Archive& archive, WorkerProgress& progress) {
  archive.text(progress.item, longest_word);
  archive.text(progress.state, longest_word);
  archive.number(progress.done, largest_size);
  archive.number(progress.total, largest_size);
}

template <typename Archive>
void fields(Archive& archive, WorkerFailure& failure) {
  auto kind = static_cast<std::uint8_t>(failure.kind);
  archive.byte(kind);
  if (kind > static_cast<std::uint8_t>(base::ErrorKind::interrupted))
    corrupt("an unknown kind of failure");
  failure.kind = static_cast<base::ErrorKind>(kind);
  archive.text(failure.message, longest_line);
}

template <typename Archive>
void fields(Archive& archive, WorkerResult& result) {
  archive.digest(result.named);
  fields(archive, result.image);
}

template <typename Archive>
void fields(Archive& archive, WorkerDisk& disk) {
  archive.number(disk.bytes, largest_size);
  archive.number(disk.dropped_xattrs, largest_size);
}

template <typename Archive>
void fields(Archive& archive, WorkerLoaded& loaded) {
  list(archive, loaded.images, most_images, [&](LoadedImage& one) {
    fields(archive, one.image);
    list(archive, one.names, report::longest_list,
         [&](std::string& name) { archive.text(name, longest_text); });
  });
}

template <typename Archive>
void fields(Archive& archive, WorkerSaved& saved) {
  archive.number(saved.bytes, UINT64_MAX);
}

template <typename Archive>
void fields(Archive& archive, WorkerPushed& pushed) {
  archive.digest(pushed.digest);
  archive.number(pushed.bytes, largest_size);
}

template <typename Archive>
void fields(Archive&, WorkerLogin&) {}

template <typename Archive>
void fields(Archive& archive, WorkerSet& one) {
  ImageSet& set = one.set;
  fields(archive, set.index);
  list(archive, set.images, most_images, [&](Image& image) { fields(archive, image); });
  for (std::vector<Descriptor>* descriptors : {&set.companions, &set.blobs})
    list(archive, *descriptors, report::longest_list,
         [&](Descriptor& descriptor) { fields(archive, descriptor); });
}

template <typename Archive>
void fields(Archive& archive, WorkerVerified& verified) {
  list(archive, verified.damaged, report::longest_list, [&](DamagedBlob& one) {
    archive.digest(one.blob);
    archive.text(one.problem, longest_line);
  });
}

template <typename Archive>
void fields(Archive& archive, FoundImage& found) {
  archive.text(found.name, longest_line);
  archive.text(found.description, longest_line);
  archive.number(found.stars, largest_size);
  report::flag(archive, found.official);
  report::flag(archive, found.automated);
}

template <typename Archive>
void fields(Archive& archive, WorkerFound& found) {
  list(archive, found.images, report::longest_list, [&](FoundImage& one) { fields(archive, one); });
}

template <typename Archive>
void fields(Archive& archive, WorkerTags& tags) {
  list(archive, tags.tags, report::longest_list,
       [&](std::string& tag) { archive.text(tag, longest_line); });
}

// Foreign words may be in them.
void clean(std::string& text) { text = base::printable(text, longest_line / 2); }

template <typename Record>
WorkerRecord read_record(report::Reader& reader) {
  Record record;
  fields(reader, record);
  if (!reader.done()) corrupt("a record is too long");
  return record;
}

using ReadRecord = WorkerRecord (*)(report::Reader&);
constexpr std::array<ReadRecord, 13> readers{
    read_record<WorkerMessage>, read_record<WorkerProgress>, read_record<WorkerFailure>,
    read_record<WorkerResult>,  read_record<WorkerDisk>,     read_record<WorkerLoaded>,
    read_record<WorkerSaved>,   read_record<WorkerPushed>,   read_record<WorkerLogin>,
    read_record<WorkerSet>,     read_record<WorkerVerified>, read_record<WorkerFound>,
    read_record<WorkerTags>};

}  // namespace

std::string encode(const WorkerRecord& record) {
  WorkerRecord copy = record;
  if (auto* message = std::get_if<WorkerMessage>(&copy)) clean(message->text);
  if (auto* failure = std::get_if<WorkerFailure>(&copy)) clean(failure->message);
  report::Writer body;
  auto kind = static_cast<std::uint8_t>(copy.index() + 1);
  body.byte(kind);
  std::visit([&](auto& one) { fields(body, one); }, copy);
  const std::string bytes = body.take();
  if (bytes.size() > report::largest_record) corrupt("larger than 8 MiB");
  report::Writer head;
  auto length = static_cast<std::uint32_t>(bytes.size());
  head.count(length, UINT32_MAX);
  return head.take() + bytes;
}

void WorkerRecords::feed(std::span<const std::byte> bytes) {
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::optional<WorkerRecord> WorkerRecords::next() {
  if (ended_ && !buffer_.empty()) corrupt("it goes on after its end");
  if (buffer_.size() < 4) return std::nullopt;
  std::uint32_t length = 0;
  report::Reader head(buffer_);
  head.count(length, UINT32_MAX);
  if (length == 0 || length > report::largest_record) corrupt("a record's length is out of bounds");
  if (buffer_.size() - 4 < length) return std::nullopt;
  report::Reader body(std::string_view(buffer_).substr(4, length));
  std::uint8_t kind = 0;
  body.byte(kind);
  if (kind < 1 || kind > readers.size()) corrupt("an unknown kind of record");
  WorkerRecord record = readers[kind - 1U](body);
  buffer_.erase(0, 4 + std::size_t{length});
  ended_ = kind >= 3;
  return record;
}

}  // namespace image
