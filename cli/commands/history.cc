#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/listing.h"
#include "cli/wording.h"

namespace cli {
namespace {

// The latest first. An image without a history has its layers.
std::vector<HistoryStep> steps_of(const image::Image& image) {
  std::vector<image::History> records = image.config.history;
  if (records.empty()) records.resize(image.layers.size());
  std::vector<HistoryStep> steps;
  auto layer = image.layers.rbegin();
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    HistoryStep step{.record = *record, .image = {}, .names = {}};
    if (!record->empty_layer && layer != image.layers.rend()) {
      step.bytes = layer->tar_bytes;
      step.content_bytes = layer->content_bytes;
      ++layer;
    }
    steps.push_back(std::move(step));
  }
  if (steps.empty()) return steps;
  steps.front().image = image.id;
  steps.front().names = image.tags;
  return steps;
}

class ShowHistory : public Command {
 public:
  void declare(Options& options) override {
    options.add_text(list_.format, "format", 0, "string",
                     "Format: table, json, or a Go template (\"table {{.ID}}\")");
    options.add_switch(list_.human, "human", 'H', "Show sizes and times for people");
    options.add_switch(whole_, "no-trunc", 0, "Show whole ids and commands");
    options.add_switch(list_.quiet, "quiet", 'q', "Show ids only");
  }

  int run(Context& context) override {
    const std::string& name = context.arguments.front();
    const auto image = context.engine().image(name);
    if (!image)
      throw base::Error(base::ErrorKind::not_found, fill(context.personality.messages.no_such_image,
                                                         {{"name", base::printable(name)}}));
    list_.truncate = !whole_;
    if (!list_.human) list_.table = context.personality.exact_history;
    print_list<HistoryStep>(context, context.personality.history, steps_of(*image), list_);
    return 0;
  }

 private:
  ListRequest list_;
  bool whole_ = false;
};

}  // namespace

const CommandEntry history_command{
    .name = "history",
    .aliases = "image history",
    .group = "Commands",
    .summary = "Show how an image was made",
    .usage = "[OPTIONS] IMAGE",
    .examples = "{program} history --no-trunc alpine:3.20",
    .takes = {.least = 1, .most = 1},
    .make = make_command<ShowHistory>,
};

}  // namespace cli
