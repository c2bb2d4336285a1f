// One connection to xenstored: messages out, answers and watch events in
// (xen/include/public/io/xs_wire.h). What XenStore and XenStoreWatch are made of.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"

namespace xen {

struct XenStoreRequest {
  std::uint32_t type = 0;         // XS_READ, …
  std::uint32_t transaction = 0;  // 0: none
  std::string payload;
};
struct XenStoreAnswer {
  int error = 0;  // errno, or 0
  std::string payload;
};
struct XenStoreEvent {
  std::string path;
  std::string token;
};

class XenStoreConnection {
 public:
  // xenstored's socket here, else the kernel's way to a xenstored elsewhere. Throws unavailable.
  static XenStoreConnection open(base::Milliseconds patience);
  // `whole_messages`: every write(2) must be one message, as /dev/xen/xenbus wants it.
  XenStoreConnection(base::UniqueFd fd, bool whole_messages, base::Milliseconds patience);

  // Throw unavailable where xenstored is gone or an answer takes longer than `patience`; the
  // connection is of no use after that. Not interruptible: answers take a millisecond.
  XenStoreAnswer ask(const XenStoreRequest& request);
  // Sends all before it waits for the answers, which come in order.
  std::vector<XenStoreAnswer> ask_all(const std::vector<XenStoreRequest>& requests);

  int fd() const { return fd_.get(); }
  // An event that is here already; never waits.
  std::optional<XenStoreEvent> next_event();
  // False at the deadline; interruptible.
  bool wait_event(const base::Deadline& deadline);
  std::uint64_t requests() const { return requests_; }

 private:
  void send(std::string_view bytes, const base::Deadline& deadline);
  XenStoreAnswer await_answer(std::uint32_t id, const base::Deadline& deadline);
  bool receive();
  void take(std::uint32_t type, std::uint32_t id, std::string payload);

  base::UniqueFd fd_;
  bool whole_messages_;
  base::Milliseconds patience_;
  std::uint32_t last_id_ = 0;
  std::uint64_t requests_ = 0;
  std::string received_;  // the beginning of a message
  struct Identified {
    std::uint32_t id;
    XenStoreAnswer answer;
  };
  std::deque<Identified> answers_;
  std::deque<XenStoreEvent> events_;
};

}  // namespace xen
