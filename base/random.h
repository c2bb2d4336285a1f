// Random identifiers from the kernel (getrandom).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

void fill_random(std::byte* data, std::size_t size);
// 2 * `bytes` lower-case hex digits.
std::string random_hex(std::size_t bytes);

// RFC 4122, version 4. In text, as Xen and ext4 show it: bytes in order.
class Uuid {
 public:
  static Uuid random();
  static std::optional<Uuid> parse(std::string_view text);
  Uuid() = default;
  explicit Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  std::string text() const;
  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// The kernel's boot id: records of another boot describe nothing that still runs.
std::string boot_id();

}  // namespace base
