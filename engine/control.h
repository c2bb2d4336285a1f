// What a command asks of a container's monitor while it runs, over the privileged half's own socket
// (ContainerStore::control_path): one order on a connection, a line each way. The first word of
// both is the version, so that a later program can speak to a monitor that has run for long.
//   1 start           what is held (MonitorMode::hold)       the lines of engine/launch.h
//                     a memres                               1 ok where it is up, else 1 idle
//   1 signal NUMBER   to the entrypoint                      1 ok
//   1 pause           stop the guest's processors            1 ok
//   1 unpause         let them go on                         1 ok
//   1 rename          the domain, as the record now says     1 ok
//   1 retire          its restart policy is off              1 ok
//   1 end             the same, and destroy the domain       1 ok
//   1 wait            the answer comes at the end            1 exited CODE
// What a monitor does not know it answers with "1 unknown"; what can only be done to a container
// that runs, with "1 idle" where it does not run yet, or no longer, or is paused (unpause: is not).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fd.h"

namespace engine {

struct ControlOrder {
  enum class Type { start, signal, pause, unpause, rename, retire, end, wait };
  Type type = Type::wait;
  int number = 0;
  bool operator==(const ControlOrder&) const = default;
};

struct ControlAnswer {
  enum class Type { ok, idle, unknown, exited };
  Type type = Type::unknown;
  int number = 0;
  bool operator==(const ControlAnswer&) const = default;
};

std::string encode(const ControlOrder& order);  // with its newline
std::string encode(const ControlAnswer& answer);
// Of a line without its newline; nullopt for what is none.
std::optional<ControlOrder> decode_control_order(std::string_view line);
std::optional<ControlAnswer> decode_control_answer(std::string_view line);

// The monitor's side: the order that comes on a fresh connection; nullopt for none in time. What is
// none of ours is taken for an order of a later version, and answered so.
std::optional<ControlOrder> receive_control(int fd, const base::Deadline& deadline);
// False where the other side has gone.
bool send_line(int fd, std::string_view line);

// The command's side: gives an order to the monitor that listens at `path` and returns its answer;
// nullopt where nobody listens there, or it ended without one. Throws unavailable at the deadline.
// Begins the start of what is held; the connection takes the place of the launch socket. Empty
// where nobody listens.
base::UniqueFd order_start(const std::string& path);

std::optional<ControlAnswer> give_order(const std::string& path, const ControlOrder& order,
                                        const base::Deadline& deadline);

}  // namespace engine
