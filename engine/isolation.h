// Which containers may share a guest with others: those that want nothing that only a domain of
// their own can give.
#pragma once

#include <optional>
#include <string>

#include "engine/requests.h"
#include "engine/settings.h"

namespace engine {

// What of the request takes a domain of its own, as people know it ("--kernel"); nullopt: nothing.
// `policy` is what became of the request's.
std::optional<std::string> own_domain_reason(const CreateRequest& request, const Policy& policy);

// Throws usage where a memres is asked for by name and it cannot be.
Isolation resolve_isolation(const CreateRequest& request, const Policy& policy,
                            const Settings& settings);

}  // namespace engine
