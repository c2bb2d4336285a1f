// The parts of docker's personality, a file each.
#pragma once

#include "cli/personality.h"

namespace frontends {

cli::ListStyle<image::Image> docker_images();
cli::ListStyle<cli::HistoryStep> docker_history();
cli::ListStyle<engine::Container> docker_containers();
cli::DocumentStyle docker_version();
cli::DocumentStyle docker_info();
cli::PullStyle docker_pull();

}  // namespace frontends
