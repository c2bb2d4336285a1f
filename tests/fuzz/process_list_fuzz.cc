// What a guest says its processes are: read as numbers and printable texts, or refused as corrupt.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "engine/processes.h"

namespace {

void require(bool condition) {
  if (!condition) abort();
}

void require_printable(std::string_view text) {
  for (const char byte : text) require(static_cast<unsigned char>(byte) >= ' ' && byte != '\x7f');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const engine::ProcessList list =
        engine::parse_processes({reinterpret_cast<const char*>(data), size});
    for (const engine::ProcessInfo& process : list.processes) {
      require_printable(process.user);
      require_printable(process.name);
      require_printable(process.command);
    }
  } catch (const base::Error& error) {
    require(error.kind() == base::ErrorKind::corrupt);
  }
  return 0;
}
