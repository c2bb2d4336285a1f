// The parts of podman's personality, a file each.
#pragma once

#include "cli/personality.h"

namespace frontends {

cli::ListStyle<image::Image> podman_images();
cli::ImagePatterns podman_image_patterns();
cli::ListStyle<cli::HistoryStep> podman_history();
cli::ListStyle<engine::Container> podman_containers();
cli::DocumentStyle podman_version();
cli::DocumentStyle podman_info();
cli::PullStyle podman_pull();
cli::DiskUseStyle podman_disk_use();
cli::SearchStyle podman_search();

}  // namespace frontends
