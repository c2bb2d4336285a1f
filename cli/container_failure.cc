#include "cli/container_failure.h"

#include "base/text.h"
#include "cli/wording.h"

namespace cli {
namespace {

std::string no_such_container(const Context& context, const std::string& name) {
  return fill(context.personality.messages.no_such_container, {{"name", base::printable(name)}});
}

}  // namespace

engine::Container named_container(Context& context, const std::string& name) {
  try {
    return context.engine().container(name);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
    throw base::Error(base::ErrorKind::not_found, no_such_container(context, name));
  }
}

NameFailure container_failure(const Context& context, const base::Error& error,
                              const std::string& name) {
  const int code = context.personality.exit_codes.failure;
  if (error.kind() == base::ErrorKind::not_found) return {no_such_container(context, name), code};
  return {error.message(), code};
}

void refuse_name(Context& context, const std::string& name) {
  std::string holder;
  try {
    holder = context.engine().container(name).config.id;
  } catch (const base::Error&) {
    return;
  }
  throw base::Error(base::ErrorKind::already_exists, fill(context.personality.messages.name_in_use,
                                                          {{"name", name}, {"id", holder}}));
}

}  // namespace cli
