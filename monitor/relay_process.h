// The relay as its parent sees it: a process, a socket for messages, and the sockets it serves. It
// is started without a container, whose start may then be under way already, and told of it later.
#pragma once

#include <optional>
#include <string>
#include "base/fd.h"
#include "base/subprocess.h"
#include "monitor/relay_message.h"
#include "xen/domain.h"

namespace monitor {

struct Roots {
  std::string data;
  std::string run;
};

// What it gets, borrowed; -1 for what there is none of.
struct RelayDescriptors {
  int listener = -1;    // where clients come
  int client = -1;      // the first one
  int log = -1;         // the file that is written
  int log_before = -1;  // the newest one with a record
};

// The path of this very program, also where it was replaced meanwhile.
std::string own_program();

class RelayProcess {
 public:
  // Starts another process of this very program, which waits for begin().
  static RelayProcess spawn(const Roots& roots);
  // Whether it has died meanwhile is seen at its socket.
  void begin(const std::string& id, const RelayDescriptors& descriptors) const;

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

// The relay's main program; returns its exit status.
int relay_main(const Roots& roots);

}  // namespace monitor
