// The relay as its parent sees it: a process, a socket for messages, and the sockets it serves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/subprocess.h"
#include "monitor/relay_message.h"
#include "xen/domain.h"

namespace monitor {

namespace relay_fd {
constexpr int parent = 3;
constexpr int listener = 4;
constexpr int client = 5;      // where "--client" is given
constexpr int log = 6;         // where "--log" is: the file that is written
constexpr int log_before = 7;  // where "--log-before" is: the newest one with a record
}  // namespace relay_fd

struct RelayCommand {
  std::string id;
  std::string data_root;
  std::string run_root;
};

// What it gets, borrowed; -1 for what there is none of.
struct RelayDescriptors {
  int listener = -1;
  int client = -1;
  int log = -1;
  int log_before = -1;
};

// The path of this very program, also where it was replaced meanwhile.
std::string own_program();

class RelayProcess {
 public:
  // Starts another process of this very program.
  static RelayProcess start(const RelayCommand& command, const RelayDescriptors& descriptors);

  int fd() const { return socket_.get(); }
  void send(const Message& message, int passed = -1) const {
    send_message(socket_.get(), message, passed);
  }
  std::optional<Message> receive() const { return receive_message(socket_.get()); }
  // Waits for its end, then makes sure of it.
  void end(const base::Deadline& deadline);

 private:
  RelayProcess(base::UniqueFd socket, base::Child child)
      : socket_(std::move(socket)), child_(std::move(child)) {}
  base::UniqueFd socket_;
  base::Child child_;
};

// The relay's main program; returns its exit status. `words` are its options: --client, --log,
// --log-before.
int relay_main(const RelayCommand& command, const std::vector<std::string_view>& words);

}  // namespace monitor
