#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/pull_options.h"
#include "cli/terminal.h"
#include "cli/transfer.h"
#include "cli/wording.h"

namespace cli {
namespace {

constexpr std::string_view standard_input = "-";

// What the image of a root file system says of itself.
class SpecOptions {
 public:
  void declare(Options& options) {
    options.add_list(changes_, "change", 'c', "list",
                     "Instruction of a Dockerfile to apply, such as CMD or ENV");
    options.add_text(message_, "message", 'm', "string", "Comment for the image's history");
    platform_.declare_platform(options);
    options.add_switch(quiet_, "quiet", 'q', "Show no progress");
  }
  bool quiet() const { return quiet_; }
  std::string platform() const { return platform_.platform(); }

  // `source` is a URL, or "-" for anything of this host; `file` what is read, -1 where it is
  // unknown.
  image::ImportSpec spec(const Context& context, std::string_view source, int file) const {
    const ImportStyle& style = context.personality.import_style;
    image::ImportSpec spec = style.changed(changes_);
    spec.config.created = creation(context, file);
    const std::string comment =
        message_.empty() ? fill(style.message, {{"source", source}}) : message_;
    spec.config.history = {image::History{.created = spec.config.created,
                                          .created_by = std::string(style.created_by),
                                          .comment = comment}};
    return spec;
  }

 private:
  // https://reproducible-builds.org/specs/source-date-epoch/
  static std::optional<base::WallTime> chosen_time() {
    const char* text = std::getenv("SOURCE_DATE_EPOCH");
    if (text == nullptr || *text == '\0') return std::nullopt;
    const auto seconds = base::parse_number<std::uint32_t>(text);
    if (!seconds)
      throw base::Error(base::ErrorKind::usage,
                        "SOURCE_DATE_EPOCH is no time: " + base::printable(text));
    return base::WallTime(std::chrono::seconds(*seconds));
  }

  static base::WallTime creation(const Context& context, int file) {
    if (const auto chosen = chosen_time()) return *chosen;
    struct stat status {};
    const bool dated = context.personality.import_style.time_of_file && file >= 0 &&
                       fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    if (!dated) return context.world.now();
    return base::WallTime(std::chrono::seconds(status.st_mtim.tv_sec) +
                          std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  }

  std::vector<std::string> changes_;
  std::string message_;
  PullOptions platform_;
  bool quiet_ = false;
};

bool is_url(std::string_view source) {
  return source.starts_with("http://") || source.starts_with("https://");
}

class Import : public Command {
 public:
  void declare(Options& options) override { spec_.declare(options); }

  int run(Context& context) override {
    const std::string& source = context.arguments[0];
    engine::ImportRequest request{.platform = spec_.platform(), .spec = {}};
    if (context.arguments.size() > 1) request.name = context.arguments[1];
    base::UniqueFd file;
    if (is_url(source)) {
      request.url = source;
    } else {
      if (base::is_directory(source))
        throw base::Error(base::ErrorKind::usage, source + " is a directory; vimport takes one");
      if (source != standard_input) file = base::open_file(source, O_RDONLY);
      request.archive = file ? file.get() : context.world.input;
    }
    if (request.archive >= 0 && is_terminal(request.archive))
      throw base::Error(base::ErrorKind::usage,
                        "a tar archive is expected on standard input, which is a terminal");
    request.spec = spec_.spec(context, request.url.empty() ? standard_input : source, file.get());
    if (!request.url.empty()) {
      context.out.line(fill(context.personality.import_style.downloading, {{"url", source}}));
      context.out.flush();
    }
    const auto progress = transfer_progress(context, spec_.quiet());
    context.out.line(context.engine().import_image(request, *progress).id.text());
    return 0;
  }

 private:
  SpecOptions spec_;
};

class Vimport : public Command {
 public:
  void declare(Options& options) override { spec_.declare(options); }

  int run(Context& context) override {
    engine::VimportRequest request{.path = context.arguments[0],
                                   .platform = spec_.platform(),
                                   .spec = spec_.spec(context, standard_input, -1)};
    if (context.arguments.size() > 1) request.name = context.arguments[1];
    const auto progress = transfer_progress(context, spec_.quiet());
    for (const image::Loaded& loaded : context.engine().vimport(request, *progress))
      tell_loaded(context, loaded);
    return 0;
  }

 private:
  SpecOptions spec_;
};

}  // namespace

const CommandEntry import_command{
    .name = "import",
    .aliases = "image import",
    .group = "Commands",
    .summary = "Make an image of the tar of a root file system: a file, a URL or standard input",
    .usage = "[OPTIONS] FILE|URL|- [REPOSITORY[:TAG]]",
    .examples =
        "{program} import --change 'CMD [\"/sbin/init\"]' rootfs.tar.xz device:1\n"
        "{program} import --platform linux/arm64 https://example.org/root.tar.gz app:arm\n"
        "tar -C rootfs -c . | {program} import - device",
    .takes = {.least = 1, .most = 2},
    .interruptible = true,
    .make = make_command<Import>,
};

const CommandEntry vimport_command{
    .name = "vimport",
    .group = "Commands",
    .summary = "Import what lies at PATH: an image layout, an archive, a root file system",
    .usage = "[OPTIONS] PATH [NAME[:TAG]]",
    .examples =
        "{program} vimport deploy/images/app-oci app:1\n"
        "{program} --data-root /srv/preload vimport --platform linux/arm64 app-oci app:1\n"
        "{program} vimport ~/.vxn/images",
    .takes = {.least = 1, .most = 2},
    .interruptible = true,
    .make = make_command<Vimport>,
};

}  // namespace cli
