// From argv to execve(2): the way to the program, as docker looks it up.
#pragma once

#include <string>
#include <vector>

#include "guest-init/failure.h"

namespace guest_init {

// A name with a slash is taken as it is. Others are searched in the PATH of `env`; what is no file
// or may not be executed is passed over. errno for the exit code: ENOENT 127, others 126.
bool find_command(const std::string& name, const std::vector<std::string>& env, std::string& path,
                  Failure& failure);
// Returns only where it fails. Never a shell: a file of unknown format is an error.
bool execute(const std::string& path, const std::vector<std::string>& argv,
             const std::vector<std::string>& env, Failure& failure);

// The value of a variable; nullptr where there is none.
const char* value_of(const std::vector<std::string>& env, std::string_view name);

}  // namespace guest_init
