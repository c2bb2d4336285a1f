#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "cli/command_table.h"
#include "cli/progress_view.h"
#include "cli/pull_options.h"
#include "cli/refused_options.h"
#include "cli/wording.h"

namespace cli {
namespace {

constexpr std::string_view docker_transport = "docker://";

class Push : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(quiet_, "quiet", 'q', "Show nothing but what was pushed");
    options.add_switch(all_tags_, "all-tags", 'a', "Push all tags of the repository");
    options.add_text(digest_file_, "digestfile", 0, "string",
                     "File to write the manifest's digest to");
    registry_.declare(options);
    constexpr std::string_view as_it_is = "an image is pushed as it is, byte for byte";
    for (const std::string_view name : {"compress", "compression-format", "remove-signatures"})
      refuse_option(options, name, 0, as_it_is);
    refuse_option(options, "format", 'f', as_it_is);
    for (const std::string_view name :
         {"sign-by", "sign-by-sigstore-private-key", "sign-passphrase-file"})
      refuse_option(options, name, 0, "nothing here signs images");
  }

  int run(Context& context) override {
    engine::PushRequest request{.image = context.arguments.front(),
                                .destination = destination(context),
                                .access = registry_.access()};
    if (!all_tags_) {
      push(context, request, context.personality.transfer.pushed_quietly);
      return 0;
    }
    for (const std::string& tag : tags_of(context, request.image))
      push(context, {tag, "", request.access}, "");
    if (quiet_)
      end(context, context.personality.transfer.pushed_quietly,
          {{"name", image::Reference::parse(request.image, context.names()).name()}});
    return 0;
  }

 private:
  static std::string destination(const Context& context) {
    if (context.arguments.size() < 2) return "";
    std::string text = context.arguments[1];
    if (text.starts_with(docker_transport)) return text.substr(docker_transport.size());
    for (const std::string_view transport : {"docker-archive:", "oci-archive:", "oci:", "dir:",
                                             "docker-daemon:", "containers-storage:"})
      if (text.starts_with(transport))
        throw base::Error(base::ErrorKind::usage,
                          "images are pushed to registries only; `save` writes archives");
    return text;
  }

  std::vector<std::string> tags_of(Context& context, const std::string& text) const {
    const image::Reference name = image::Reference::parse(text, context.names());
    if (name.tag() || name.digest())
      throw base::Error(base::ErrorKind::usage, "tag can't be used with --all-tags/-a");
    std::vector<std::string> tags;
    for (const image::Image& image : context.engine().images())
      for (const image::Reference& tag : image.tags)
        if (tag.name() == name.name()) tags.push_back(tag.canonical());
    if (tags.empty())
      throw base::Error(
          base::ErrorKind::not_found,
          "An image does not exist locally with the tag: " + name.familiar_name(context.names()));
    std::sort(tags.begin(), tags.end());
    return tags;
  }

  static void end(Context& context, std::string_view pattern,
                  std::initializer_list<Filling> values) {
    if (!pattern.empty()) context.out.line(fill(pattern, values));
  }

  // `quietly` is what is said at the end of a push of which nothing else is.
  void push(Context& context, const engine::PushRequest& request, std::string_view quietly) const {
    const TransferStyle& style = context.personality.transfer;
    const image::Reference name = context.engine().push_target(request);
    Output& told = context.personality.pull.progress_on_output ? context.out : context.err;
    std::unique_ptr<base::Progress> progress = std::make_unique<base::NoProgress>();
    if (!quiet_) {
      begin(context, told, request, name);
      progress = make_progress(told, context.personality.pull);
    }
    const image::Pushed pushed = send(context, request, *progress);
    if (!digest_file_.empty()) base::replace_file(digest_file_, pushed.digest.text());
    end(context, quiet_ ? quietly : style.pushed,
        {{"name", name.canonical()},
         {"tag", *name.tag()},
         {"digest", pushed.digest.text()},
         {"size", std::to_string(pushed.bytes)}});
  }

  static image::Pushed send(Context& context, const engine::PushRequest& request,
                            base::Progress& progress) {
    try {
      return context.engine().push(request, progress);
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::not_found && !context.engine().image(request.image))
        fail_absent(context, request.image);
      throw;
    }
  }

  [[noreturn]] static void fail_absent(Context& context, const std::string& typed) {
    std::optional<image::Reference> name;
    bool others = false;
    try {
      name = image::Reference::parse(typed, context.names()).with_default_tag();
    } catch (const base::Error&) {  // an id
    }
    for (const image::Image& image : context.engine().images())
      for (const image::Reference& tag : image.tags)
        others = others || (name && tag.name() == name->name());
    throw base::Error(base::ErrorKind::not_found,
                      context.personality.nothing_to_push(typed, name, others, context.names()));
  }

  void begin(Context& context, Output& told, const engine::PushRequest& request,
             const image::Reference& name) const {
    const PullStyle& pull = context.personality.pull;
    const image::Reference typed = image::Reference::parse(
        request.destination.empty() ? request.image : request.destination, context.names());
    const std::string_view start = context.personality.transfer.push_start;
    if (!start.empty()) told.line(fill(start, {{"repository", name.name()}}));
    if (!typed.tag() && !pull.untagged.empty()) told.line(pull.untagged);
    told.flush();
  }

  PullOptions registry_{PullOptions::Platforms::none};
  std::string digest_file_;
  bool quiet_ = false;
  bool all_tags_ = false;
};

}  // namespace

const CommandEntry push_command{
    .name = "push",
    .aliases = "image push",
    .group = "Common Commands",
    .summary = "Upload an image to a registry",
    .usage = "[OPTIONS] NAME[:TAG] [DESTINATION]",
    .examples =
        "{program} tag tools registry.example.org/team/tools:1\n"
        "{program} push registry.example.org/team/tools:1",
    .takes = {.least = 1, .most = 2},
    .interruptible = true,
    .make = make_command<Push>,
};

}  // namespace cli
