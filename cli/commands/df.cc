// `system df`: what images and containers take on the disk.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/command_table.h"
#include "cli/listing.h"
#include "cli/template.h"

namespace cli {
namespace {

class DiskUsage : public Command {
 public:
  void declare(Options& options) override {
    options.add_text(format_, "format", 0, "string", "Format: table, json, or a Go template");
    options.add_switch(verbose_, "verbose", 'v', "Show each image and each container");
  }

  int run(Context& context) override {
    const DiskUseStyle& style = context.personality.disk_use;
    if (verbose_ && !format_.empty() && !style.no_format.empty())
      throw base::Error(base::ErrorKind::usage, std::string(style.no_format));
    const image::StoreSpace space = context.engine().image_space();
    const DiskUseDetails details = find_details(context, space);
    if (verbose_) {
      print_details(context, details);
    } else {
      const std::vector<DiskUse> lines = lines_of(space, details);
      print_list<DiskUse>(context, style.lines, lines, {.format = format_});
    }
    return 0;
  }

 private:
  static DiskUseDetails find_details(Context& context, const image::StoreSpace& space) {
    DiskUseDetails details;
    for (engine::Container& container : context.engine().containers()) {
      const std::uint64_t bytes = context.engine().disk_usage(container.config);
      details.containers.push_back({.container = std::move(container), .bytes = bytes});
    }
    for (image::Image& image : context.engine().images()) {
      const auto measured =
          std::find_if(space.images.begin(), space.images.end(),
                       [&](const image::ImageSpace& one) { return one.image == image.id; });
      if (measured == space.images.end()) continue;  // it has come since
      const std::size_t containers = count_users(details, image);
      details.images.push_back(
          {.image = std::move(image), .space = *measured, .containers = containers});
    }
    return details;
  }

  static std::size_t count_users(const DiskUseDetails& details, const image::Image& image) {
    const std::string id = image.id.text();
    return static_cast<std::size_t>(
        std::count_if(details.containers.begin(), details.containers.end(),
                      [&](const auto& one) { return one.container.config.image_id == id; }));
  }

  static std::vector<DiskUse> lines_of(const image::StoreSpace& space,
                                       const DiskUseDetails& details) {
    DiskUse images{.type = "Images",
                   .total = details.images.size(),
                   .bytes = space.bytes,
                   .reclaimable = space.reclaimable};
    for (const DiskUseDetails::OfImage& one : details.images)
      if (one.containers > 0) ++images.active;
    DiskUse containers{.type = "Containers", .total = details.containers.size()};
    for (const DiskUseDetails::OfContainer& one : details.containers) {
      containers.bytes += one.bytes;
      if (engine::is_alive(one.container.state))
        ++containers.active;
      else
        containers.reclaimable += one.bytes;
    }
    return {images, containers, {.type = "Local Volumes"}, {.type = "Build Cache"}};
  }

  void print_details(Context& context, const DiskUseDetails& details) const {
    const DiskUseStyle& style = context.personality.disk_use;
    const base::Json document = style.details(details, context.row_context(true));
    if (!format_.empty() && format_ != "table")
      return context.out.line(
          Template(unescaped_format(format_ == "json" ? "{{json .}}" : format_)).render(document));
    for (const DiskUseSection& section : style.sections) {
      context.out.write(section.heading);
      print_rows(context, section.texts, document.at(std::string(section.member)),
                 section.texts.table);
    }
  }

  std::string format_;
  bool verbose_ = false;
};

}  // namespace

const CommandEntry df_command{
    .name = "system df",
    .aliases = "vstorage df",
    .group = "",
    .summary = "Show what images and containers take on the disk",
    .usage = "[OPTIONS]",
    .examples =
        "{program} system df -v\n"
        "{program} system df --format '{{.Type}}: {{.Reclaimable}}'",
    .takes = {},
    .make = make_command<DiskUsage>,
};

}  // namespace cli
