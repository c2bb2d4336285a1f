#include "base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace base {
namespace {

constexpr std::string_view uuid_shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

std::string_view as_text(const std::array<std::uint8_t, 16>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

void fill_random(std::byte* data, std::size_t size) {
  while (size > 0) {
    ssize_t count = ::getrandom(data, size, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno("reading random bytes");
    data += count;
    size -= static_cast<std::size_t>(count);
  }
}

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill_random(reinterpret_cast<std::byte*>(raw.data()), raw.size());
  return hex(raw);
}

Uuid Uuid::random() {
  Uuid uuid;
  fill_random(reinterpret_cast<std::byte*>(uuid.bytes_.data()), uuid.bytes_.size());
  uuid.bytes_[6] = static_cast<std::uint8_t>((uuid.bytes_[6] & 0x0f) | 0x40);  // version 4
  uuid.bytes_[8] = static_cast<std::uint8_t>((uuid.bytes_[8] & 0x3f) | 0x80);  // RFC 4122's variant
  return uuid;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != uuid_shape.size()) return std::nullopt;
  Uuid uuid;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (uuid_shape[i] == '-') {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    auto value = hex_value(text[i]);
    if (!value) return std::nullopt;
    std::uint8_t& byte = uuid.bytes_[digits++ / 2];
    byte = static_cast<std::uint8_t>((byte << 4) | *value);
  }
  return uuid;
}

std::string Uuid::text() const {
  const std::string digits = hex(as_text(bytes_));
  std::string text(uuid_shape);
  std::size_t used = 0;
  for (char& c : text)
    if (c != '-') c = digits[used++];
  return text;
}

std::string boot_id() {
  constexpr std::size_t enough = 128;
  return std::string(trim(read_file("/proc/sys/kernel/random/boot_id", enough)));
}

}  // namespace base
