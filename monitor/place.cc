#include "monitor/place.h"

#include "monitor/instance_slot.h"
#include "monitor/own_domain.h"

namespace monitor {

std::unique_ptr<Place> place_of(HostParts parts, engine::Container& container) {
  if (container.config.placement.kind == engine::InstanceKind::memres)
    return std::make_unique<InstanceSlot>(std::move(parts), container);
  return std::make_unique<OwnDomain>(std::move(parts), container);
}

}  // namespace monitor
