#include "image/layer_source.h"

#include <array>

#include "base/error.h"

namespace image {

std::size_t CountingSource::read(std::span<std::byte> buffer) {
  const std::size_t count = source_.read(buffer);
  count_ += count;
  progress_.update(blob_.digest.short_hex(), "Extracting", count_, blob_.bytes);
  return count;
}

std::size_t TarSource::read(std::span<std::byte> buffer) {
  const std::size_t count = inflate_.read(buffer);
  hash_.update(buffer.first(count));
  return count;
}

Digest TarSource::finish() {
  std::array<std::byte, std::size_t{64} << 10> rest;
  while (read(rest) > 0) {
  }
  return hash_.finish();
}

void TarSource::check(const Digest& diff_id) {
  const Digest got = finish();
  if (got != diff_id)
    throw base::Error(base::ErrorKind::corrupt,
                      "its content's digest is " + got.text() + " instead of " + diff_id.text());
}

}  // namespace image
