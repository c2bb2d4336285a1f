// The words between a child that is being prepared and PID 1, over a SOCK_SEQPACKET pair that
// closes with execve(2): a failure as its encoding, or 'T' with the two ends of a terminal.
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "guest-init/launch.h"

namespace guest_init {
namespace {

constexpr char terminal_word = 'T';
constexpr std::size_t descriptors_size = 2 * sizeof(int);

struct Message {
  char bytes[2048] = {};
  alignas(cmsghdr) char control[CMSG_SPACE(descriptors_size)] = {};
  iovec content{};
  msghdr header{};

  explicit Message(std::size_t size) {
    content = {.iov_base = bytes, .iov_len = size};
    header.msg_iov = &content;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
  }
};

bool take_terminal(const Message& message, Terminal& terminal) {
  const cmsghdr* control = CMSG_FIRSTHDR(&message.header);
  if (control == nullptr || control->cmsg_type != SCM_RIGHTS ||
      control->cmsg_len != CMSG_LEN(descriptors_size)) {
    return false;
  }
  int descriptors[2];
  memcpy(descriptors, CMSG_DATA(control), sizeof descriptors);
  terminal.master = Fd(descriptors[0]);
  terminal.slave = Fd(descriptors[1]);
  return true;
}

}  // namespace

StatusKind read_status(int status, Terminal& terminal, Failure& failure) {
  Message message(sizeof message.bytes);
  ssize_t size = 0;
  do {
    size = recvmsg(status, &message.header, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) return StatusKind::none;
  if (size <= 0) return StatusKind::executed;
  if (message.bytes[0] == terminal_word && take_terminal(message, terminal)) {
    return StatusKind::terminal;
  }
  const std::string_view payload(message.bytes, static_cast<std::size_t>(size));
  if (!decode(protocol::bytes_of(payload), failure)) {
    fail_with(failure, FailureStage::other, "the process could not be prepared");
  }
  return StatusKind::failed;
}

bool send_failure(int status, const Failure& failure) {
  const std::string payload = encode(failure);
  return send(status, payload.data(), payload.size(), MSG_NOSIGNAL) > 0;
}

bool send_terminal(int status, const Terminal& terminal) {
  Message message(1);
  message.bytes[0] = terminal_word;
  cmsghdr* control = CMSG_FIRSTHDR(&message.header);
  if (control == nullptr) return false;
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(descriptors_size);
  const int descriptors[] = {terminal.master.get(), terminal.slave.get()};
  memcpy(CMSG_DATA(control), descriptors, sizeof descriptors);
  return sendmsg(status, &message.header, MSG_NOSIGNAL) == 1;
}

}  // namespace guest_init
