// Capabilities of a container after docker's rules (moby/oci/caps), as sets with a bit for each of
// capabilities(7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

// "net_admin", "CAP_NET_ADMIN" → "CAP_NET_ADMIN"; "all" → "ALL". Throws usage for what is none.
std::string capability_name(std::string_view text);

// Of names as capability_name() gives them. What is added wins over what is dropped; ALL stands for
// each that there is.
std::uint64_t capability_set(const std::vector<std::string>& added,
                             const std::vector<std::string>& dropped);
std::uint64_t all_capabilities();

// Whether `set` holds the one of that name, "CAP_NET_ADMIN".
bool holds(std::uint64_t set, std::string_view name);

}  // namespace engine
