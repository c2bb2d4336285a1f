// Bytes as a text, to be compared.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace protocol {

inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace protocol
