#include "cli/transfer.h"

#include "cli/progress_view.h"
#include "cli/terminal.h"
#include "cli/wording.h"

namespace cli {

std::unique_ptr<base::Progress> transfer_progress(Context& context, bool quiet) {
  if (quiet || !is_terminal(context.err.fd())) return std::make_unique<base::NoProgress>();
  return make_progress(context.err, context.personality.pull);
}

void tell_loaded(Context& context, const image::Loaded& loaded) {
  const TransferStyle& style = context.personality.transfer;
  for (const image::Reference& name : loaded.names)
    context.out.line(fill(
        style.loaded, {{"name", name.familiar(context.names())}, {"reference", name.canonical()}}));
  if (loaded.names.empty())
    context.out.line(fill(style.loaded_nameless, {{"id", loaded.image.id.text()}}));
}

}  // namespace cli
