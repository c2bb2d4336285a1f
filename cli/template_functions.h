// The functions of templates, and how values look and count in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cli {

// Throws usage for a function that is not there and for arguments that it does not take.
base::Json call_template_function(std::string_view name, const std::vector<base::Json>& arguments);

// As Go prints it: [a b], map[k:v], <no value> for null.
std::string template_text(const base::Json& value);
// Go's: false, 0, null and what is empty are not true.
bool template_truth(const base::Json& value);

}  // namespace cli
