// What a worker in foreign hands may write to its parent: what is understood is written again as it
// came.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "image/worker_protocol.h"

namespace {

void require(bool condition) {
  if (!condition) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  image::WorkerRecords records;
  records.feed(std::as_bytes(std::span(data, size)));
  try {
    while (const auto record = records.next()) {
      if (record->index() == 0 || record->index() == 2) continue;  // made printable when written
      image::WorkerRecords again;
      again.feed(base::as_bytes(image::encode(*record)));
      require(again.next() == record);
    }
  } catch (const base::Error& error) {
    require(error.kind() == base::ErrorKind::corrupt);
  }
  return 0;
}
