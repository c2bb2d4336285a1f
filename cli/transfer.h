// What the commands that carry whole images have in common.
#pragma once

#include <memory>

#include "base/progress.h"
#include "cli/context.h"

namespace cli {

// Of a load or a save: on standard error, where somebody watches there.
std::unique_ptr<base::Progress> transfer_progress(Context& context, bool quiet);

// What was loaded: its names, or its id where it has none.
void tell_loaded(Context& context, const image::Loaded& loaded);

}  // namespace cli
