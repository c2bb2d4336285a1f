#include "image/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"

namespace image {

struct Sha256::State {
  struct Free {
    void operator()(EVP_MD_CTX* used) const { EVP_MD_CTX_free(used); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};

  void start() {
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
      throw base::Error("starting a SHA-256 failed");
  }
};

Sha256::Sha256() : state_(std::make_unique<State>()) { state_->start(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1)
    throw base::Error("a SHA-256 failed");
}

Digest Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(state_->context.get(), value.data(), &size) != 1)
    throw base::Error("a SHA-256 failed");
  state_->start();
  return {.algorithm = "sha256",
          .hex = base::hex({reinterpret_cast<const char*>(value.data()), size})};
}

Digest sha256_of(std::string_view bytes) {
  Sha256 hash;
  hash.update(base::as_bytes(bytes));
  return hash.finish();
}

}  // namespace image
