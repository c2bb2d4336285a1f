#include "xen/console.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <span>

#include "base/error.h"
#include "base/text.h"

namespace xen {
namespace {

constexpr std::size_t line_limit = 512;
constexpr std::size_t read_limit = std::size_t{64} << 10;

}  // namespace

void LastLines::add(std::string_view piece) {
  for (char c : piece) {
    if (c == '\r') continue;
    if (!open_) lines_.emplace_back();
    open_ = c != '\n';
    if (open_ && lines_.back().size() < line_limit) lines_.back() += c;
  }
  while (lines_.size() > limit_) lines_.pop_front();
}

std::vector<std::string> LastLines::lines() const { return {lines_.begin(), lines_.end()}; }

Console Console::open(XenStore& store, DomainId guest, const base::Deadline& deadline,
                      std::size_t lines) {
  auto named = [](const std::optional<std::string>& value) { return value && !value->empty(); };
  auto seen = store.wait_until(domain_path(guest) + "/console/tty", named, deadline);
  if (!seen)
    throw base::Error(base::ErrorKind::unavailable,
                      "xenconsoled made no console for the guest (is it running?)");
  // Written by xenconsoled, but into the guest's own directory.
  if (!seen->value->starts_with("/dev/pts/") ||
      !base::parse_number<unsigned>(seen->value->substr(9)))
    throw base::Error(base::ErrorKind::corrupt, fmt::format("the guest's console is no pty: {}",
                                                            base::printable(*seen->value)));
  return {base::open_file(*seen->value, O_RDONLY | O_NOCTTY | O_NONBLOCK), lines};
}

std::optional<std::string> Console::read() {
  std::string text;
  std::array<std::byte, 4096> buffer;
  while (text.size() < read_limit) {
    std::optional<std::size_t> size;
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got > 0) size = static_cast<std::size_t>(got);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (!size) {
      if (text.empty()) return std::nullopt;
      break;
    }
    text.append(reinterpret_cast<const char*>(buffer.data()), *size);
  }
  last_.add(text);
  return text;
}

}  // namespace xen
