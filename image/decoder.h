// One way of decompressing, behind Inflate (inflate.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "image/stream_buffer.h"

namespace image {

class Decoder {
 public:
  explicit Decoder(StreamBuffer source) : input(std::move(source)) {}
  virtual ~Decoder() = default;
  // As ByteSource::read(), but what decompresses to nothing may return 0 with `ended` false.
  virtual std::size_t read(std::span<std::byte> buffer) = 0;

  StreamBuffer input;
  bool ended = false;

 protected:
  // To the end of the input: zeros are padding of a tape's blocks, anything else throws corrupt.
  void take_padding(std::string_view format);
};

// Throws corrupt.
[[noreturn]] void decoding_failed(const std::string& what);

// `memory` is all that it may take, in bytes.
std::unique_ptr<Decoder> make_xz_decoder(StreamBuffer source, std::uint64_t memory);
std::unique_ptr<Decoder> make_bzip2_decoder(StreamBuffer source);

}  // namespace image
