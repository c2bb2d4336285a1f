// Images from directories of the host: GNU tar reads them with our privileges, and what it writes
// is an archive like any other, so that nothing that a directory's documents name is ever opened.
#pragma once

#include <string>
#include <vector>

#include "image/worker_client.h"

namespace image {

// load() of an OCI image layout.
std::vector<Loaded> load_layout(ImageStore& store, const std::string& directory,
                                const LoadChoice& choice, const ArchiveOptions& options,
                                base::Progress& progress);

// import_root() of the files below a directory, owners as they are. The same files, owners and
// times are the same image, whatever the file system's order. Throws failure for what cannot be
// read.
Image import_directory(ImageStore& store, const std::string& directory, const ImportSpec& spec,
                       const std::vector<Reference>& names, const PullOptions& options,
                       base::Progress& progress);

}  // namespace image
