// A xenstored of a few requests on a socket, in a thread: what is on the wire is real.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/text.h"

namespace testing_support {

struct Message {
  std::uint32_t type = 0;
  std::uint32_t id = 0;
  std::uint32_t transaction = 0;
  std::string payload;
};

inline std::string encode(const Message& message) {
  const std::uint32_t header[4] = {message.type, message.id, message.transaction,
                                   static_cast<std::uint32_t>(message.payload.size())};
  return std::string(reinterpret_cast<const char*>(header), sizeof header) + message.payload;
}

// Listens at a path (of XENSTORED_PATH) and answers each request of each client by `answer`.
class TinyXenstored {
 public:
  // Bytes to send back: any number of messages, or anything else.
  using Answer = std::function<std::string(const Message&)>;

  TinyXenstored(const std::string& path, Answer answer)
      : answer_(std::move(answer)), listening_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy_n(path.begin(), std::min(path.size(), sizeof address.sun_path - 1), address.sun_path);
    ::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(listening_.get(), 8);
    thread_ = std::thread([this] { serve(); });
  }
  TinyXenstored(const TinyXenstored&) = delete;
  TinyXenstored& operator=(const TinyXenstored&) = delete;
  ~TinyXenstored() {
    ::shutdown(listening_.get(), SHUT_RDWR);
    thread_.join();
    for (std::thread& client : clients_) client.join();
  }

  int most_waiting() const { return most_waiting_; }

 private:
  void serve() {
    for (;;) {
      base::UniqueFd client(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) return;
      clients_.emplace_back([this, fd = std::move(client)] { serve(fd.get()); });
    }
  }

  void serve(int client) {
    std::string received;
    char buffer[4096];
    for (;;) {
      const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
      if (count <= 0) return;
      received.append(buffer, static_cast<std::size_t>(count));
      int whole = 0;
      std::string answers;
      while (take(received, answers)) ++whole;
      most_waiting_ = std::max(most_waiting_.load(), whole);
      if (answers == "hang up") return;
      if (::send(client, answers.data(), answers.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  bool take(std::string& received, std::string& answers) {
    std::uint32_t header[4];
    if (received.size() < sizeof header) return false;
    std::memcpy(header, received.data(), sizeof header);
    if (received.size() < sizeof header + header[3]) return false;
    answers +=
        answer_({header[0], header[1], header[2], received.substr(sizeof header, header[3])});
    received.erase(0, sizeof header + header[3]);
    return true;
  }

  Answer answer_;
  base::UniqueFd listening_;
  std::atomic<int> most_waiting_{0};
  std::thread thread_;
  std::vector<std::thread> clients_;  // of the one thread
};

}  // namespace testing_support
