#include "monitor/listener.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace monitor {
namespace {

constexpr base::Milliseconds order_limit{1'000};

}  // namespace

base::UniqueFd listen_at(const std::string& path) {
  base::remove_file(path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw base::Error("the path is too long for a socket: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  base::UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), 16) != 0)
    base::throw_errno("listening at " + path);
  return fd;
}

std::optional<GivenOrder> accept_order(int listener) {
  base::UniqueFd client(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (!client) return std::nullopt;
  const auto order = engine::receive_control(client.get(), base::Deadline::after(order_limit));
  if (!order) return std::nullopt;
  return GivenOrder{std::move(client), *order};
}

void answer(const base::UniqueFd& client, engine::ControlAnswer::Type type, int number) {
  engine::send_line(client.get(), encode(engine::ControlAnswer{type, number}));
}

void answer_all(const std::vector<base::UniqueFd>& waiters, int code) {
  for (const base::UniqueFd& waiter : waiters)
    answer(waiter, engine::ControlAnswer::Type::exited, code);
}

}  // namespace monitor
