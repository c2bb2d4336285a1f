// Profiles of system calls, as docker and podman take them (moby/profiles/seccomp, JSON), made into
// the kernel's filter by libseccomp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace engine {

// For a process with these capabilities, on this machine's architecture and those that it runs
// besides. Returns struct sock_filter[] of <linux/filter.h>. `what` names the profile in messages.
// System calls that this libseccomp does not know are passed over, as runc does it. Throws corrupt
// for what is no profile, unsupported for what a guest cannot have (a listener, flags).
std::string compile_seccomp(std::string_view profile, std::string_view what,
                            std::uint64_t capabilities);

// The version of the library that compiles: "2.5.4".
std::string seccomp_library();

// The profile of containers that ask for none of their own.
std::string_view default_seccomp_profile();

}  // namespace engine
