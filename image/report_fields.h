// The fields of the records of worker_protocol.h and their bounds, for reading and writing.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "image/image.h"

namespace image::report {

inline constexpr std::size_t largest_record = std::size_t{8} << 20;
inline constexpr std::size_t longest_word = 256;      // media types, names of platforms, states
inline constexpr std::size_t longest_line = 4096;     // messages
inline constexpr std::size_t longest_text = 1 << 20;  // what an image's configuration holds
inline constexpr std::uint32_t longest_list = 65536;
inline constexpr std::uint32_t most_layers = 127;  // overlayfs options are at most one page
inline constexpr std::uint64_t largest_size = std::uint64_t{1} << 50;

[[noreturn]] inline void corrupt(const std::string& message) {
  throw base::Error(base::ErrorKind::corrupt, "the image worker's report: " + message);
}

inline bool is_clean(std::string_view text) {
  return text.find('\0') == std::string_view::npos && base::is_utf8(text);
}

// The two directions have the same members, so that one function describes each structure's fields
// for both.
class Writer {
 public:
  void number(std::uint64_t& value, std::uint64_t limit) {
    if (value > limit) corrupt("a number is too large");
    integer(value, 8);
  }
  void byte(std::uint8_t& value) { integer(value, 1); }
  void count(std::uint32_t& value, std::uint32_t limit) {
    if (value > limit) corrupt("a list is too long");
    integer(value, 4);
  }
  void text(std::string& value, std::size_t limit) {
    if (value.size() > limit) corrupt("a text is too long");
    if (!is_clean(value)) corrupt("a text is not clean UTF-8");
    integer(value.size(), 4);
    out_ += value;
  }
  void digest(Digest& value) {
    if (value.algorithm != "sha256" || value.hex.size() != 64) corrupt("not a sha256 digest");
    out_ += value.hex;
  }
  std::string take() { return std::move(out_); }

 private:
  void integer(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out_ += static_cast<char>((value >> (8 * i)) & 0xff);
  }
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  void number(std::uint64_t& value, std::uint64_t limit) {
    value = integer(8);
    if (value > limit) corrupt("a number is too large");
  }
  void byte(std::uint8_t& value) { value = static_cast<std::uint8_t>(integer(1)); }
  void count(std::uint32_t& value, std::uint32_t limit) {
    value = static_cast<std::uint32_t>(integer(4));
    if (value > limit) corrupt("a list is too long");
  }
  void text(std::string& value, std::size_t limit) {
    const std::uint64_t size = integer(4);
    if (size > limit) corrupt("a text is too long");
    value = take(size);
    if (!is_clean(value)) corrupt("a text is not clean UTF-8");
  }
  void digest(Digest& value) {
    const auto read = Digest::sha256(take(64));
    if (!read) corrupt("not a sha256 digest");
    value = *read;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) corrupt("a record ends early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t integer(std::size_t bytes) {
    std::uint64_t value = 0;
    const std::string_view taken = take(bytes);
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(taken[i]);
    return value;
  }
  std::string_view rest_;
};

template <typename Archive>
void flag(Archive& archive, bool& value) {
  std::uint8_t byte = value ? 1 : 0;
  archive.byte(byte);
  if (byte > 1) corrupt("a flag is neither 0 nor 1");
  value = byte == 1;
}

template <typename Archive, typename List, typename Element>
void list(Archive& archive, List& values, std::uint32_t limit, Element element) {
  auto count = static_cast<std::uint32_t>(std::min<std::size_t>(values.size(), UINT32_MAX));
  archive.count(count, limit);
  if (values.size() > count) corrupt("a list is too long");
  // Grows as elements come, so that a count alone takes no memory.
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i == values.size()) values.emplace_back();
    element(values[i]);
  }
}

template <typename Archive>
void texts(Archive& archive, std::vector<std::string>& values) {
  list(archive, values, longest_list, [&](std::string& text) { archive.text(text, longest_text); });
}

template <typename Archive>
void labels(Archive& archive, std::map<std::string, std::string>& values) {
  std::vector<std::pair<std::string, std::string>> pairs(values.begin(), values.end());
  list(archive, pairs, longest_list, [&](auto& pair) {
    archive.text(pair.first, longest_text);
    archive.text(pair.second, longest_text);
  });
  values = {pairs.begin(), pairs.end()};
}

template <typename Archive>
void time(Archive& archive, std::optional<base::WallTime>& value) {
  using std::chrono::nanoseconds;
  bool present = value.has_value();
  flag(archive, present);
  if (!present) return value.reset();
  const base::WallTime before = value.value_or(base::WallTime{});
  auto ticks = static_cast<std::uint64_t>(
      std::chrono::duration_cast<nanoseconds>(before.time_since_epoch()).count());
  archive.number(ticks, UINT64_MAX);
  value = base::WallTime(std::chrono::duration_cast<base::WallTime::duration>(
      nanoseconds(static_cast<std::int64_t>(ticks))));
}

template <typename Archive>
void fields(Archive& archive, Descriptor& descriptor) {
  archive.text(descriptor.media_type, longest_word);
  archive.digest(descriptor.digest);
  archive.number(descriptor.bytes, largest_size);
}

template <typename Archive>
void fields(Archive& archive, Layer& layer) {
  fields(archive, layer.blob);
  archive.digest(layer.diff_id);
  archive.digest(layer.chain_id);
  archive.number(layer.tar_bytes, largest_size);
  archive.number(layer.content_bytes, largest_size);
  archive.text(layer.disk, longest_word);
  archive.number(layer.disk_bytes, largest_size);
}

template <typename Archive>
void fields(Archive& archive, History& history) {
  time(archive, history.created);
  for (std::string* text : {&history.created_by, &history.author, &history.comment})
    archive.text(*text, longest_text);
  flag(archive, history.empty_layer);
}

template <typename Archive>
void fields(Archive& archive, ImageConfig& config) {
  for (std::string* text : {&config.os, &config.architecture, &config.variant})
    archive.text(*text, longest_word);
  time(archive, config.created);
  for (std::string* text : {&config.author, &config.working_dir, &config.user, &config.stop_signal})
    archive.text(*text, longest_text);
  for (auto* values :
       {&config.entrypoint, &config.cmd, &config.env, &config.exposed_ports, &config.volumes})
    texts(archive, *values);
  labels(archive, config.labels);
  list(archive, config.history, longest_list, [&](History& entry) { fields(archive, entry); });
}

template <typename Archive>
void fields(Archive& archive, Image& image) {  // without tags and digests
  archive.digest(image.id);
  fields(archive, image.manifest);
  fields(archive, image.config_blob);
  fields(archive, image.config);
  list(archive, image.layers, most_layers, [&](Layer& layer) { fields(archive, layer); });
  archive.number(image.size_bytes, most_layers * largest_size);
}

}  // namespace image::report
