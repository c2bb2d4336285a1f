// Tar archives in memory, header by header, so that a test can build those that no tar program
// writes. POSIX ustar, pax records, GNU long names and old GNU sparse headers.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace testing_support {

enum class TarFlavour { ustar, gnu, v7 };

struct TarHeader {
  std::string name;
  char type = '0';
  unsigned mode = 0644;
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::uint64_t size = 0;
  std::uint64_t mtime = 0;
  std::string link;
  unsigned major = 0;
  unsigned minor = 0;
  std::string prefix;
  TarFlavour flavour = TarFlavour::ustar;
};

using PaxRecords = std::vector<std::pair<std::string, std::string>>;

class TarBuilder {
 public:
  // What a file system has.
  TarBuilder& file(const std::string& name, std::string_view data, TarHeader header = {}) {
    header.name = name;
    header.size = data.size();
    return this->header(header).data(data);
  }
  TarBuilder& directory(const std::string& name, unsigned mode = 0755) {
    return header({.name = name, .type = '5', .mode = mode});
  }
  TarBuilder& symlink(const std::string& name, const std::string& target) {
    return header({.name = name, .type = '2', .mode = 0777, .link = target});
  }
  TarBuilder& hard_link(const std::string& name, const std::string& target) {
    return header({.name = name, .type = '1', .link = target});
  }
  TarBuilder& device(const std::string& name, char type, unsigned major, unsigned minor) {
    return header({.name = name, .type = type, .major = major, .minor = minor});
  }

  // What a tar consists of.
  TarBuilder& header(const TarHeader& header) { return raw(encode(header)); }
  TarBuilder& data(std::string_view bytes) {
    bytes_ += bytes;
    return pad();
  }
  TarBuilder& pax(const PaxRecords& records, char type = 'x') {
    std::string body;
    for (const auto& [key, value] : records) body += pax_record(key, value);
    return header({.name = "PaxHeader", .type = type, .size = body.size()}).data(body);
  }
  // 'L' for a name, 'K' for a link's target.
  TarBuilder& gnu_long(char type, const std::string& text) {
    const std::string body = text + '\0';
    return header({.name = "././@LongLink",
                   .type = type,
                   .size = body.size(),
                   .flavour = TarFlavour::gnu})
        .data(body);
  }
  TarBuilder& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  TarBuilder& pad() {
    bytes_.append((512 - bytes_.size() % 512) % 512, '\0');
    return *this;
  }

  // With the end-of-archive mark.
  std::string finish() const { return bytes_ + std::string(1024, '\0'); }
  const std::string& unfinished() const { return bytes_; }

  static std::string pax_record(const std::string& key, const std::string& value) {
    const std::string rest = " " + key + "=" + value + "\n";
    std::size_t length = rest.size();
    while (std::to_string(length).size() + rest.size() != length)
      length = std::to_string(length).size() + rest.size();
    return std::to_string(length) + rest;
  }

  static std::string encode(const TarHeader& from) {
    std::string block(512, '\0');
    put(block, 0, 100, from.name);
    put(block, 100, 8, fmt::format("{:07o}", from.mode));
    put_number(block, 108, 8, from.uid);
    put_number(block, 116, 8, from.gid);
    put_number(block, 124, 12, from.size);
    put_number(block, 136, 12, from.mtime);
    block[156] = from.type;
    put(block, 157, 100, from.link);
    if (from.flavour == TarFlavour::ustar)
      put(block, 257, 8,
          std::string("ustar\0"
                      "00",
                      8));
    if (from.flavour == TarFlavour::gnu) put(block, 257, 8, std::string("ustar  \0", 8));
    if (from.flavour != TarFlavour::v7) {
      put(block, 329, 8, fmt::format("{:07o}", from.major));
      put(block, 337, 8, fmt::format("{:07o}", from.minor));
    }
    if (from.flavour == TarFlavour::ustar) put(block, 345, 155, from.prefix);
    return sign(block);
  }

  // Old GNU sparse ('S'): up to four {offset, length} in the header itself.
  static std::string encode_gnu_sparse(
      const TarHeader& from, std::uint64_t real_size,
      const std::vector<std::pair<std::uint64_t, std::uint64_t>>& map) {
    TarHeader header = from;
    header.type = 'S';
    header.flavour = TarFlavour::gnu;
    std::string block = encode(header);
    for (std::size_t i = 0; i < map.size() && i < 4; ++i) {
      put_number(block, 386 + i * 24, 12, map[i].first);
      put_number(block, 398 + i * 24, 12, map[i].second);
    }
    put_number(block, 483, 12, real_size);
    return sign(block);
  }

  static std::string sign(std::string block) {
    block.replace(148, 8, 8, ' ');
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    put(block, 148, 8, fmt::format("{:06o}", sum) + '\0' + ' ');
    return block;
  }

 private:
  static void put(std::string& block, std::size_t at, std::size_t room, std::string_view text) {
    block.replace(at, std::min(room, text.size()), text.substr(0, room));
  }
  // Octal where it fits, else GNU's base 256.
  static void put_number(std::string& block, std::size_t at, std::size_t room,
                         std::uint64_t value) {
    const std::string octal = fmt::format("{:0{}o}", value, room - 1);
    if (octal.size() < room) return put(block, at, room, octal);
    for (std::size_t i = room; i-- > 0; value >>= 8)
      block[at + i] = static_cast<char>(value & 0xff);
    block[at] = static_cast<char>(block[at] | static_cast<char>(0x80));
  }

  std::string bytes_;
};

}  // namespace testing_support
