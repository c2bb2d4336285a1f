#include "xen/xenstore_connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>

// Its table of error names is there for those who have <errno.h>.
#include <xen/io/xs_wire.h>

#include "base/error.h"
#include "base/signals.h"
#include "xen/xenstore.h"

namespace xen {
namespace {

// How many requests may be under way before answers are read: far less than the sockets' buffers.
constexpr std::size_t window = 64;

[[noreturn]] void give_up(std::string_view why) {
  throw base::Error(base::ErrorKind::unavailable, fmt::format("xenstored {}", why));
}

int error_number(std::string_view name) {
  for (const auto& known : xsd_errors)
    if (name == known.errstring) return known.errnum;
  return EIO;
}

std::string_view until_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

std::string encode(const XenStoreRequest& request, std::uint32_t id) {
  if (request.payload.size() > xenstore_payload_limit)
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("xenstore carries at most {} bytes, not {}",
                                  xenstore_payload_limit, request.payload.size()));
  const xsd_sockmsg header{.type = request.type,
                           .req_id = id,
                           .tx_id = request.transaction,
                           .len = static_cast<std::uint32_t>(request.payload.size())};
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes + request.payload;
}

base::UniqueFd open_socket(const char* path) {
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) base::throw_errno("making a socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
    fd.reset();
  return fd;
}

}  // namespace

XenStoreConnection XenStoreConnection::open(base::Milliseconds patience) {
  int error = ENOENT;
  // As libxenstore: a path in the environment is the only one.
  const char* told = std::getenv("XENSTORED_PATH");
  const std::vector<const char*> paths =
      told != nullptr ? std::vector{told}
                      : std::vector{"/run/xenstored/socket", "/var/run/xenstored/socket"};
  for (const char* path : paths) {
    if (base::UniqueFd fd = open_socket(path)) return {std::move(fd), false, patience};
    if (errno != ENOENT) error = errno;
  }
  base::UniqueFd fd(told != nullptr ? -1
                                    : ::open("/dev/xen/xenbus", O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (fd) return {std::move(fd), true, patience};
  if (errno != ENOENT) error = errno;
  if (error == EACCES || error == EPERM)
    throw base::Error(base::ErrorKind::denied, "xenstore: permission denied (root is needed)");
  give_up("does not answer (is it running?)");
}

XenStoreConnection::XenStoreConnection(base::UniqueFd fd, bool whole_messages,
                                       base::Milliseconds patience)
    : fd_(std::move(fd)), whole_messages_(whole_messages), patience_(patience) {
  base::set_nonblocking(fd_.get(), true);
}

XenStoreAnswer XenStoreConnection::ask(const XenStoreRequest& request) {
  return std::move(ask_all({request}).front());
}

std::vector<XenStoreAnswer> XenStoreConnection::ask_all(
    const std::vector<XenStoreRequest>& requests) {
  base::InterruptShield shield;
  std::vector<XenStoreAnswer> answers;
  for (std::size_t done = 0; done < requests.size();) {
    const base::Deadline deadline = base::Deadline::after(patience_);
    const std::size_t end = std::min(requests.size(), done + window);
    const std::uint32_t first_id = last_id_ + 1;
    std::string batch;
    for (std::size_t i = done; i < end; ++i) {
      batch += encode(requests[i], ++last_id_);
      if (whole_messages_ || i + 1 == end) send(std::exchange(batch, {}), deadline);
    }
    for (std::uint32_t id = first_id; done < end; ++id, ++done)
      answers.push_back(await_answer(id, deadline));
  }
  requests_ += requests.size();
  return answers;
}

void XenStoreConnection::send(std::string_view bytes, const base::Deadline& deadline) {
  while (!bytes.empty()) {
    // Before the first poll: the kernel's device takes all, and never says that it would.
    const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) give_up(fmt::format("is gone: {}", std::strerror(errno)));
    pollfd writable{.fd = fd_.get(), .events = POLLOUT, .revents = 0};
    if (!base::poll_until({&writable, 1}, deadline)) give_up("takes no more requests");
  }
}

XenStoreAnswer XenStoreConnection::await_answer(std::uint32_t id, const base::Deadline& deadline) {
  for (;;) {
    while (!answers_.empty()) {
      Identified next = std::move(answers_.front());
      answers_.pop_front();
      if (next.id == id) return std::move(next.answer);
    }
    if (!receive() && !base::wait_readable(fd_.get(), deadline)) give_up("does not answer in time");
  }
}

// Takes in one message, or what there is of it; false where that is nothing. Never more than one:
// as long as another one waits, the descriptor is readable.
bool XenStoreConnection::receive() {
  xsd_sockmsg header{};
  std::size_t whole = sizeof header;
  if (received_.size() >= sizeof header) {
    std::memcpy(&header, received_.data(), sizeof header);
    whole += header.len;
  }
  const std::size_t had = received_.size();
  received_.resize(whole);
  const auto count = base::read_some(
      fd_.get(), std::as_writable_bytes(std::span(received_.data() + had, whole - had)));
  received_.resize(had + count.value_or(0));
  if (!count) return false;
  if (*count == 0) give_up("has closed the connection");
  if (received_.size() < sizeof header) return true;
  std::memcpy(&header, received_.data(), sizeof header);
  if (header.len > xenstore_payload_limit) give_up("sends nonsense");
  if (received_.size() == sizeof header + header.len)
    take(header.type, header.req_id, std::exchange(received_, {}).substr(sizeof header));
  return true;
}

void XenStoreConnection::take(std::uint32_t type, std::uint32_t id, std::string payload) {
  if (type == XS_WATCH_EVENT) {
    const std::string_view path = until_nul(payload);
    const std::string_view rest =
        std::string_view(payload).substr(std::min(path.size() + 1, payload.size()));
    events_.push_back({std::string(path), std::string(until_nul(rest))});
  } else if (type == XS_ERROR) {
    answers_.push_back({id, {.error = error_number(until_nul(payload))}});
  } else {
    answers_.push_back({id, {.payload = std::move(payload)}});
  }
}

std::optional<XenStoreEvent> XenStoreConnection::next_event() {
  while (events_.empty() && receive()) {
  }
  if (events_.empty()) return std::nullopt;
  XenStoreEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

bool XenStoreConnection::wait_event(const base::Deadline& deadline) {
  while (events_.empty())
    if (!receive() && !base::wait_readable(fd_.get(), deadline)) return false;
  return true;
}

}  // namespace xen
