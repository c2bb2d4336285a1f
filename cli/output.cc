#include "cli/output.h"

#include <utility>

#include "base/error.h"
#include "base/fd.h"

namespace cli {
namespace {

constexpr std::size_t buffer_size = 32u << 10;

}  // namespace

void Output::write(std::string_view text) {
  pending_ += text;
  if (pending_.size() >= buffer_size) flush();
}

void Output::line(std::string_view text) {
  pending_ += text;
  write("\n");
}

void Output::flush() {
  const std::string text = std::exchange(pending_, {});
  if (text.empty()) return;
  base::doing(what_, [&] { base::write_all(fd_, text); });
}

}  // namespace cli
