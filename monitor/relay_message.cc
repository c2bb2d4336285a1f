#include "monitor/relay_message.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/fd_passing.h"
#include "base/text.h"

namespace monitor {

void Message::put_text(std::string_view value) {
  const std::string printable = base::printable(value, text.size() - 4);
  const std::size_t size = std::min(printable.size(), text.size() - 1);
  std::copy_n(printable.data(), size, text.data());
  text[size] = '\0';
}

std::string Message::take_text() const {
  const std::size_t size = strnlen(text.data(), text.size());
  return base::printable({text.data(), size}, text.size());
}

void send_message(int fd, const Message& message, int passed) {
  const std::string_view bytes(reinterpret_cast<const char*>(&message), sizeof message);
  if (passed >= 0) return base::send_with_fd(fd, bytes, passed);
  ssize_t sent = 0;
  do {
    sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent != static_cast<ssize_t>(sizeof message)) base::throw_errno("the monitor's other half");
}

std::optional<Message> receive_message(int fd, base::UniqueFd* passed) {
  auto received = base::receive_with_fd(fd, sizeof(Message));
  if (!received) return std::nullopt;
  Message message;
  if (received->text.size() != sizeof message)
    throw base::Error(base::ErrorKind::corrupt, "the monitor's other half sent no whole message");
  std::memcpy(&message, received->text.data(), sizeof message);
  if (passed != nullptr) *passed = std::move(received->fd);
  return message;
}

}  // namespace monitor
