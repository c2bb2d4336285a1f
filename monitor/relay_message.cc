#include "monitor/relay_message.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
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

void send_message(int fd, const Message& message) {
  ssize_t sent = 0;
  do {
    sent = send(fd, &message, sizeof message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent != static_cast<ssize_t>(sizeof message)) base::throw_errno("the monitor's other half");
}

std::optional<Message> receive_message(int fd) {
  Message message;
  ssize_t size = 0;
  do {
    size = recv(fd, &message, sizeof message, 0);
  } while (size < 0 && errno == EINTR);
  if (size == 0 || (size < 0 && errno == ECONNRESET)) return std::nullopt;
  if (size != static_cast<ssize_t>(sizeof message))
    throw base::Error(base::ErrorKind::corrupt, "the monitor's other half sent no whole message");
  return message;
}

}  // namespace monitor
