// Engine's verbs that make images of what is none yet, or lies somewhere else.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "engine/registry_access.h"
#include "image/directory_import.h"

namespace engine {
namespace {

constexpr const char* usual_name = "imported";

image::Reference parse_name(const std::string& text, const image::ShortNames& names) {
  image::Reference name = names.to_make(text).with_default_tag();
  if (name.digest()) throw base::Error(base::ErrorKind::usage, "cannot import digest reference");
  return name;
}

image::ImportSpec for_platform(image::ImportSpec spec, const image::Platform& platform) {
  spec.config.os = platform.os;
  spec.config.architecture = platform.architecture;
  spec.config.variant = platform.variant;
  return spec;
}

bool is_layout(const std::string& directory) {
  return base::exists(directory + "/index.json") && base::is_directory(directory + "/blobs");
}

std::vector<std::string> layouts_in(const std::string& directory) {
  std::vector<std::string> found = base::list_directory(directory);
  std::erase_if(found, [&](const std::string& name) { return !is_layout(directory + "/" + name); });
  return found;
}

// The earlier implementation's ~/.vxn/images: refs/NAME leads to store/sha256/HEX, each a layout.
class EarlierImages {
 public:
  explicit EarlierImages(const std::string& directory) : directory_(directory) {}

  static bool are_in(const std::string& directory) {
    return base::is_directory(directory + "/refs") &&
           base::is_directory(directory + "/store/sha256");
  }
  std::vector<std::string> names() const { return base::list_directory(directory_ + "/refs"); }

  // Of a link only the digest that it ends in counts.
  std::string layout(const std::string& name) const {
    std::error_code error;
    const std::string target =
        std::filesystem::read_symlink(directory_ + "/refs/" + name, error).filename().string();
    if (error || !image::Digest::sha256(target))
      throw base::Error(base::ErrorKind::corrupt, "it does not lead to a digest");
    return directory_ + "/store/sha256/" + target;
  }

  // '/' was written as '_', which names may have, too. On Docker Hub names have two parts.
  static std::optional<image::Reference> reference(std::string text) {
    const std::string hub = "docker.io_";
    std::size_t kept = std::string::npos;
    if (text.starts_with(hub)) kept = text.find('_', hub.size());
    for (std::size_t at = 0; at < text.size(); ++at)
      if (text[at] == '_' && (kept == std::string::npos || at <= kept)) text[at] = '/';
    const image::Reference name = image::Reference::parse(text, {}).with_default_tag();
    return name.digest() ? std::nullopt : std::optional(name);
  }

 private:
  const std::string& directory_;
};

class Vimport {
 public:
  Vimport(image::ImageStore& store, const VimportRequest& request, image::PullOptions options,
          base::Progress& progress)
      : store_(store),
        path_(request.path),
        options_(std::move(options)),
        spec_(for_platform(request.spec, options_.platform)),
        progress_(progress) {}

  // What `choice` has no platform for is as the only one that there is.
  std::vector<image::Loaded> run(const image::LoadChoice& choice) {
    if (!base::exists(path_))
      throw base::Error(base::ErrorKind::not_found, path_ + ": no such file or directory");
    if (!base::is_directory(path_)) return from_file(choice);
    if (EarlierImages::are_in(path_)) return earlier(choice);
    if (is_layout(path_)) return layout(path_, choice);
    refuse_several();
    return from_root(choice);
  }

 private:
  std::vector<image::Loaded> from_file(const image::LoadChoice& choice) {
    const base::UniqueFd file = base::open_file(path_, O_RDONLY);
    struct stat status {};
    if (fstat(file.get(), &status) != 0) base::throw_errno(path_);
    if (!S_ISREG(status.st_mode))
      throw base::Error(base::ErrorKind::usage,
                        path_ + " is neither a file nor a directory; load and import read pipes");
    return image::load_or_import(store_, file.get(), choice, spec_, options_, progress_);
  }

  std::vector<image::Loaded> layout(const std::string& directory, const image::LoadChoice& choice) {
    return image::load_layout(store_, directory, choice, {.names = options_.names}, progress_);
  }

  std::vector<image::Loaded> from_root(const image::LoadChoice& choice) {
    std::vector<image::Reference> names;
    if (choice.name) names.push_back(*choice.name);
    image::Image image = image::import_directory(store_, path_, spec_, names, options_, progress_);
    return {{.image = std::move(image), .names = std::move(names)}};
  }

  // One that holds layouts is no root file system.
  void refuse_several() const {
    const std::vector<std::string> found = layouts_in(path_);
    if (!found.empty())
      throw base::Error(base::ErrorKind::usage,
                        path_ + " holds OCI image layouts; import one of them: " +
                            base::printable(base::join(found, ", "), 512));
  }

  std::vector<image::Loaded> earlier(image::LoadChoice choice) {
    const EarlierImages images(path_);
    const std::vector<std::string> names = images.names();
    if (choice.name)
      throw base::Error(base::ErrorKind::usage,
                        path_ + " holds images with names of their own; leave the name out");
    std::vector<image::Loaded> all;
    for (const std::string& name : names) {
      base::doing("refs/" + base::printable(name), [&] {
        choice.name = EarlierImages::reference(name);
        for (image::Loaded& one : layout(images.layout(name), choice))
          all.push_back(std::move(one));
      });
    }
    return all;
  }

  image::ImageStore& store_;
  const std::string& path_;
  image::PullOptions options_;
  image::ImportSpec spec_;
  base::Progress& progress_;
};

}  // namespace

image::Image Engine::import_image(const ImportRequest& request, base::Progress& progress) {
  std::vector<image::Reference> names;
  if (!request.name.empty()) names.push_back(parse_name(request.name, parts_->short_names()));
  image::PullOptions options = registry_options(settings_, parts_->registries());
  options.platform = wanted_platform(settings_, request.platform);
  return image::import_root(parts_->images, {.fd = request.archive, .url = request.url},
                            for_platform(request.spec, options.platform), names, options, progress);
}

std::vector<image::Loaded> Engine::vimport(const VimportRequest& request,
                                           base::Progress& progress) {
  image::LoadChoice choice;
  if (!request.name.empty()) choice.name = parse_name(request.name, parts_->short_names());
  image::PullOptions options = registry_options(settings_, parts_->registries());
  options.platform = wanted_platform(settings_, request.platform);
  if (!request.platform.empty() || !settings_.arch.empty()) choice.platform = options.platform;
  std::vector<image::Loaded> loaded =
      Vimport(parts_->images, request, std::move(options), progress).run(choice);
  if (loaded.size() == 1 && loaded[0].names.empty()) {
    loaded[0].names.push_back(parse_name(usual_name, parts_->short_names()));
    parts_->images.tag(loaded[0].image, loaded[0].names[0]);
  }
  return loaded;
}

}  // namespace engine
