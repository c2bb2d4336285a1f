// SHA-256 as bytes come (OpenSSL's EVP, which uses the processor's instructions).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "image/digest.h"

namespace image {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  // Of everything since the start; the object starts afresh.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256_of(std::string_view bytes);

}  // namespace image
