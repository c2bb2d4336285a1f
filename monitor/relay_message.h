// What the monitor's two halves say to each other: messages of one fixed size over a
// SOCK_SEQPACKET pair, so that the privileged half parses nothing that the guest could shape.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace monitor {

enum class MessageType : std::uint32_t {
  // parent to relay
  take = 1,  // numbers[0]: what the descriptor is that comes with it
  begin,     // text: the id of the container; the last of what comes before connect
  connect,   // numbers: domain, slot, epoch (0 unknown), 1 where a client is expected, 1 where
             // the container begins, and its streams with it, 1 where the guest may hear of it
  disks,     // now it may: its disks are there
  recorded,  // the exit record is on disk
  finish,  // numbers[0]: 1 where the guest is to shut down in order; text: read-only disks that it
           // is to let go of, by their GUIDs; then end
  guest_gone,  // the domain has ended: take what is left in the rings, then end
  signal,      // numbers[0]: a signal for the entrypoint
  log_file,    // with a descriptor: go on in it
  freeze,      // numbers[0]: 1 the container's processes are to be stopped, 0 to go on

  // relay to parent
  hello = 64,     // numbers: epoch, exec_ns, hello_ns
  timing,         // text: step, numbers[0]: ns since the guest's boot
  ready,          // the container's file system is mounted
  started,        // the entrypoint runs
  failed,         // numbers: stage; code: errno; text
  exited,         // numbers: signalled, oom, value, started_ns, finished_ns
  log,            // numbers[0]: level; text of the guest's agent
  broken,         // text: what the guest did against the protocol
  lost,           // the guest closed the vchan
  client,         // numbers[0]: 1 attached, 0 gone
  signalled,      // numbers[0]: a signal that an attached client sends the entrypoint
  shutdown_done,  // numbers[0]: 1 where something of the container is left in the guest
  missed,         // numbers[0]: how often bytes lay there, or room, of which no event had told
  log_full,       // another file is wanted
  frozen,         // numbers[0]: 1 they are stopped, 0 they go on
};

struct Message {
  MessageType type = MessageType::hello;
  std::int32_t code = 0;
  std::array<std::uint64_t, 6> numbers{};
  std::array<char, 1024> text{};  // ends with NUL

  void put_text(std::string_view value);  // cut to fit, made printable
  // Printable whatever came: bounded, and without control characters.
  std::string take_text() const;
};

// Throws where the other half is gone. `passed`, where it is none of -1, goes with the message.
void send_message(int fd, const Message& message, int passed = -1);
// nullopt: the other half has ended. Blocks; poll first. A descriptor that came is put into
// `passed`.
std::optional<Message> receive_message(int fd, base::UniqueFd* passed = nullptr);

}  // namespace monitor
