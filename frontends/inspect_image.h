// `inspect` of an image, with the names that docker and podman have for what is known of it.
#pragma once

#include "cli/personality.h"

namespace frontends {

base::Json docker_inspect_image(const image::Image& image, const image::NameDefaults& names);
base::Json podman_inspect_image(const image::Image& image, const image::NameDefaults& names);

}  // namespace frontends
