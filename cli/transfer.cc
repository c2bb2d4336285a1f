#include "cli/transfer.h"

#include "cli/progress_view.h"
#include "cli/terminal.h"

namespace cli {

std::unique_ptr<base::Progress> transfer_progress(Context& context, bool quiet) {
  if (quiet || !is_terminal(context.err.fd())) return std::make_unique<base::NoProgress>();
  return make_progress(context.err, context.personality.pull);
}

}  // namespace cli
