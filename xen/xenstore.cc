#include "xen/xenstore.h"

#include <fmt/format.h>

namespace xen {

std::string to_string(const Permissions& permissions) {
  std::string text =
      fmt::format("{}{}", static_cast<char>(permissions.others), permissions.owner.number);
  for (const Permissions::Grant& grant : permissions.grants)
    text += fmt::format(",{}{}", static_cast<char>(grant.access), grant.domain.number);
  return text;
}

std::string domain_path(DomainId domain) { return fmt::format("/local/domain/{}", domain.number); }

}  // namespace xen
