// What a guest's kernel said last, as the tail of a message.
#pragma once

#include <optional>
#include <string>

#include "xen/console.h"

namespace monitor {

// Empty where nothing is known: "; its console's last lines:\n  …".
std::string last_words(const std::optional<xen::Console>& console);

}  // namespace monitor
