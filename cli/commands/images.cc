#include "cli/command_table.h"
#include "cli/image_filter.h"
#include "cli/listing.h"
#include "cli/refused_options.h"

namespace cli {
namespace {

class Images : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(all_, "all", 'a', "").hidden = true;  // there are no intermediate images
    options.add({.name = "filter",
                 .letter = 'f',
                 .type = "filter",
                 .meaning = "Show only those that fit: KEY=VALUE of before, dangling, label, "
                            "reference, since",
                 .set = [this](std::string_view value) { return filter_.add(value); }});
    options.add_switch(list_.headless, "noheading", 0, "Show no headings");
    options.add_text(list_.sort, "sort", 0, "string",
                     "Sort by created, id, repository, size or tag");
    refuse_option(options, "history", 0, "an image's earlier names are not kept");
    options.add_switch(digests_, "digests", 0, "Show digests");
    options.add_text(list_.format, "format", 0, "string",
                     "Format: table, json, or a Go template (\"table {{.ID}}\")");
    options.add_switch(whole_, "no-trunc", 0, "Show whole ids");
    options.add_switch(list_.quiet, "quiet", 'q', "Show ids only");
  }

  int run(Context& context) override {
    if (!context.arguments.empty()) filter_.add("reference=" + context.arguments.front());
    const std::vector<image::Image> images = filter_.apply(
        context.engine().images(), {context.names(), context.personality.image_patterns});
    const ListStyle<image::Image>& style = context.personality.images;
    list_.truncate = !whole_;
    if (digests_) list_.table = context.personality.images_with_digests;
    list_.digests = digests_ || list_.format.find("{{.Digest}}") != std::string::npos;
    print_list<image::Image>(context, style, images, list_);
    return 0;
  }

 private:
  ImageFilter filter_;
  ListRequest list_;
  bool all_ = false;
  bool digests_ = false;
  bool whole_ = false;
};

}  // namespace

const CommandEntry images_command{
    .name = "images",
    .aliases = "image ls,image list",
    .group = "Common Commands",
    .summary = "List images",
    .usage = "[OPTIONS] [REPOSITORY[:TAG]]",
    .examples =
        "{program} images --digests\n"
        "{program} images --format '{{.Repository}}:{{.Tag}} {{.Size}}' alpine",
    .takes = {.least = 0, .most = 1},
    .make = make_command<Images>,
};

}  // namespace cli
