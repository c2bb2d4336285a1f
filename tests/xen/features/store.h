// What a guest reads of its own nodes.
#pragma once

#include <cstdint>
#include <string>

extern "C" {
#include <xenstore.h>
}

namespace features {

// The number in a node, whose path is relative to the domain's; 0 where there is none.
std::uint32_t number_in(xs_handle* store, const std::string& node);

}  // namespace features
