// For fuzz targets over tars: whoever mutates a header without its checksum gets no further than
// that. To be included by one source of a target.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>

#include "tests/support/tar_builder.h"

namespace testing_support {

inline void sign_headers(std::span<std::uint8_t> bytes) {
  constexpr std::size_t block = 512;
  for (std::size_t at = 0; at + block <= bytes.size(); at += block) {
    std::string header(reinterpret_cast<const char*>(bytes.data()) + at, block);
    if (header.find_first_not_of('\0') == std::string::npos) continue;
    header = TarBuilder::sign(header);
    std::memcpy(bytes.data() + at, header.data(), block);
    const std::uint64_t size = std::strtoull(header.substr(124, 11).c_str(), nullptr, 8);
    if (size < bytes.size()) at += (size + block - 1) / block * block;
  }
}

}  // namespace testing_support

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, most);
  if (seed % 8 != 0) testing_support::sign_headers(std::span(data, size));
  return size;
}
