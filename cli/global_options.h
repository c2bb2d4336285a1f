// The options before the command, those of the earlier implementation among them: each is honoured
// or refused with its reason (docs/migration.md).
#pragma once

#include "cli/context.h"
#include "cli/options.h"

namespace cli {

struct GlobalOptions {
  Globals globals;
  bool version = false;

  // Binds to this object, which must stay where it is.
  void declare(Options& options);
};

}  // namespace cli
