// The parts of docker's personality, a file each.
#pragma once

#include "cli/personality.h"

namespace frontends {

cli::ListStyle<image::Image> docker_images();
cli::ImagePatterns docker_image_patterns();
cli::ListStyle<cli::HistoryStep> docker_history();
cli::ListStyle<engine::Container> docker_containers();
cli::DocumentStyle docker_version();
cli::DocumentStyle docker_info();
cli::PullStyle docker_pull();
cli::DiskUseStyle docker_disk_use();
cli::SearchStyle docker_search();

}  // namespace frontends
