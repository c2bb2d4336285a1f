// CRC-32C (Castagnoli, RFC 3720 appendix B.4), by table: what both ends count over each stream.
#pragma once

#include <cstddef>
#include <cstdint>

namespace protocol {

// Start with 0; feed the previous result to go on.
std::uint32_t crc32c(std::uint32_t crc, const void* data, std::size_t size);

}  // namespace protocol
