#include "cli/container_size.h"

namespace cli {

ContainerSize container_size(Context& context, const engine::ContainerConfig& config) {
  ContainerSize size{.writable = context.engine().disk_usage(config), .whole = 0};
  const auto image = context.engine().image(config.image_id);
  size.whole = size.writable + (image ? image->size_bytes : 0);
  return size;
}

}  // namespace cli
