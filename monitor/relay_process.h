// The relay as its parent sees it: a process, a socket for messages, and the sockets it serves.
#pragma once

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/subprocess.h"
#include "monitor/relay_message.h"
#include "xen/domain.h"

namespace monitor {

namespace relay_fd {
constexpr int parent = 3;
constexpr int listener = 4;
constexpr int client = 5;  // where "--client" is given
}  // namespace relay_fd

struct RelayCommand {
  std::string id;
  std::string data_root;
  std::string run_root;
};

class RelayProcess {
 public:
  // Starts another process of this very program. `client` may be empty.
  static RelayProcess start(const RelayCommand& command, int listener, base::UniqueFd client);

  int fd() const { return socket_.get(); }
  void send(const Message& message) const { send_message(socket_.get(), message); }
  std::optional<Message> receive() const { return receive_message(socket_.get()); }
  // Waits for its end, then makes sure of it.
  void end(const base::Deadline& deadline);

 private:
  RelayProcess(base::UniqueFd socket, base::Child child)
      : socket_(std::move(socket)), child_(std::move(child)) {}
  base::UniqueFd socket_;
  base::Child child_;
};

// The relay's main program; returns its exit status.
int relay_main(const RelayCommand& command, bool with_client);

}  // namespace monitor
