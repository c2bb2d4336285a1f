// Names of images as users write them: what is accepted is read back as itself, whatever form it is
// written in.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "image/platform.h"
#include "image/reference.h"

namespace {

void require(bool condition) {
  if (!condition) abort();
}

void read_name(std::string_view text, const image::NameDefaults& names) {
  const image::Reference name = image::Reference::parse(text, names);
  require(image::Reference::parse_canonical(name.canonical()) == name);
  require(image::Reference::parse(name.familiar(names), names) == name);
  require(name.name().size() <= 255);
}

void read_platform(std::string_view text) {
  const image::Platform platform = image::Platform::parse(text);
  require(image::Platform::parse(platform.text()) == platform);
}

template <typename Work>
void refusable(Work work) {
  try {
    work();
  } catch (const base::Error& error) {
    require(error.kind() == base::ErrorKind::usage);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  refusable([&] { read_name(text, {}); });
  refusable([&] { read_name(text, {.domain = "registry.test:5000", .official = ""}); });
  refusable([&] { read_platform(text); });
  return 0;
}
