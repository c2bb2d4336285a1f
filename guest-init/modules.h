// Kernel modules that the initramfs brings along: /modules/order names the files, one a line, in
// the order of loading. A kernel that has everything built in has no such file.
#pragma once

#include <string>

#include "guest-init/failure.h"

namespace guest_init {

// A module that is there already is fine.
bool load_modules(const std::string& directory, Failure& failure);

}  // namespace guest_init
