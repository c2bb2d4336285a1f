// Containers by their names, and what is said in the personality's words where that is none.
#pragma once

#include <string>

#include "base/error.h"
#include "cli/context.h"
#include "cli/each_name.h"

namespace cli {

// Throws not_found, worded.
engine::Container named_container(Context& context, const std::string& name);

// For for_each_name(): what became of `name`.
NameFailure container_failure(const Context& context, const base::Error& error,
                              const std::string& name);

// Does `work(name)` for each of the arguments, and says in the personality's words where that
// failed.
template <typename Work>
int for_each_container(Context& context, Work work, Absent absent = Absent::fails) {
  return for_each_name(context, absent, work,
                       [&](const base::Error& error, const std::string& name) {
                         return container_failure(context, error, name);
                       });
}

// Throws already_exists, worded, with who has the name; returns where nobody has it any longer.
void refuse_name(Context& context, const std::string& name);

}  // namespace cli
