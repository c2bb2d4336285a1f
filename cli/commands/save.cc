#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "cli/command_table.h"
#include "cli/refused_options.h"
#include "cli/terminal.h"
#include "cli/transfer.h"

namespace cli {
namespace {

constexpr mode_t archive_mode = 0600;
constexpr std::string_view as_they_are = "layers are saved as the store has them";

class Save : public Command {
 public:
  void declare(Options& options) override {
    options.add_text(output_, "output", 'o', "string", "File to write, instead of standard output");
    options.add({.name = "format",
                 .type = "string",
                 .meaning = "docker-archive, which is an OCI image layout, too; or oci-archive",
                 .set = [this](std::string_view value) { return set_format(value); }});
    options.add_switch(quiet_, "quiet", 'q', "Show no progress");
    options.add_switch(several_, "multi-image-archive", 'm', "Save several images");
    refuse_option(options, "compress", 0, as_they_are);
    refuse_option(options, "uncompressed", 0, as_they_are);
  }

  int run(Context& context) override {
    const TransferStyle& style = context.personality.transfer;
    request_.images = context.arguments;
    request_.whole_repositories = style.saves_repositories;
    if (style.several_by_option && !several_ && request_.images.size() > 1)
      throw base::Error(base::ErrorKind::usage,
                        "several images go into one archive with --multi-image-archive");
    const auto progress = transfer_progress(context, quiet_);
    if (!output_.empty()) {
      save_to_file(context, *progress);
    } else if (is_terminal(context.out.fd())) {
      throw base::Error(std::string(style.save_to_terminal));
    } else {
      context.engine().save(request_, context.out.fd(), *progress);
    }
    return 0;
  }

 private:
  std::optional<std::string> set_format(std::string_view value) {
    if (value != "docker-archive" && value != "oci-archive")
      return "neither docker-archive nor oci-archive";
    request_.format =
        value == "oci-archive" ? image::ArchiveFormat::oci : image::ArchiveFormat::docker;
    return std::nullopt;
  }

  // A file appears whole or not at all.
  void save_to_file(Context& context, base::Progress& progress) const {
    if (leads_elsewhere(output_)) {
      const base::UniqueFd device = base::open_file(output_, O_WRONLY);
      return context.engine().save(request_, device.get(), progress);
    }
    base::AtomicFile file(output_, archive_mode);
    context.engine().save(request_, file.fd(), progress);
    file.commit();
  }

  // A pipe or a device, such as /dev/stdout.
  static bool leads_elsewhere(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
  }

  engine::SaveRequest request_;
  std::string output_;
  bool quiet_ = false;
  bool several_ = false;
};

}  // namespace

const CommandEntry save_command{
    .name = "save",
    .aliases = "image save",
    .group = "Commands",
    .summary = "Save one or more images to an archive",
    .usage = "[OPTIONS] IMAGE [IMAGE...]",
    .examples =
        "{program} save -o alpine.tar alpine:3.20\n"
        "{program} save alpine:3.20 | ssh box {program} load",
    .takes = {.least = 1, .most = ArgumentRange::any},
    .interruptible = true,
    .make = make_command<Save>,
};

}  // namespace cli
