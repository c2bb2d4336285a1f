#include "image/directory_import.h"

#include "base/file.h"
#include "image/archive.h"
#include "image/tar_process.h"

namespace image {
namespace {

// What is neither the files' content nor their order.
const std::vector<std::string> reproducible{
    "--sort=name", "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"};

ArchiveSource source_of(TarProcess& tar) {
  return {.fd = tar.output(), .url = {}, .check = [&tar] {
            if (const auto failure = tar.failure()) throw base::Error(*failure);
          }};
}

}  // namespace

std::vector<Loaded> load_layout(ImageStore& store, const std::string& directory,
                                const LoadChoice& choice, const ArchiveOptions& options,
                                base::Progress& progress) {
  std::vector<std::string> members;
  for (const std::string_view name : {archive_layout_file, archive_index_file, blob_directory})
    if (base::exists(directory + "/" + std::string(name))) members.emplace_back(name);
  TarProcess tar(directory, {}, members);
  return read_tar(tar, [&] { return load(store, source_of(tar), choice, options, progress); });
}

Image import_directory(ImageStore& store, const std::string& directory, const ImportSpec& spec,
                       const std::vector<Reference>& names, const PullOptions& options,
                       base::Progress& progress) {
  TarProcess tar(directory, reproducible, {"."});
  return read_tar(
      tar, [&] { return import_root(store, source_of(tar), spec, names, options, progress); });
}

}  // namespace image
