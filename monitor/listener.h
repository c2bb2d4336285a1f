// The unix sockets that a monitor listens at, and the orders that come over one of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "engine/control.h"

namespace monitor {

// Takes the place of what is at `path`. Non-blocking.
base::UniqueFd listen_at(const std::string& path);

struct GivenOrder {
  base::UniqueFd client;  // waits for its answer
  engine::ControlOrder order;
};

// nullopt where nobody connected, or said nothing that is an order.
std::optional<GivenOrder> accept_order(int listener);
// Whoever has gone needs none.
void answer(const base::UniqueFd& client, engine::ControlAnswer::Type type, int number = 0);
// Those who asked for the exit status.
void answer_all(const std::vector<base::UniqueFd>& waiters, int code);

}  // namespace monitor
