// What xl says: the table of `xl list -v`, and the one line that matters among its complaints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "xen/domain.h"

namespace xen {

// Every domain in it, dom0 too. Lines that are none are skipped.
std::vector<DomainInfo> parse_xl_list(std::string_view table);

// Standard error of a failed xl as one line and a kind: what libxl met first, without its prefixes;
// what it says later is its clean-up.
base::Error xl_error(std::string_view complaints);

}  // namespace xen
