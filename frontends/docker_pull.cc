#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/progress_view.h"
#include "frontends/docker_parts.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

bool has_bar(const cli::LayerProgress& layer) {
  static constexpr std::array<std::string_view, 5> counting{"Downloading", "Extracting", "Pushing",
                                                            "Reading", "Saving"};
  return std::find(counting.begin(), counting.end(), layer.state) != counting.end();
}

// Of a layer of an image that is there: docker does not speak of it.
bool is_silent(const cli::LayerProgress& layer) { return layer.state == "Image exists"; }

std::string live_line(const cli::LayerProgress& layer, std::size_t bar) {
  if (is_silent(layer)) return "";
  std::string line = layer.item + ": " + layer.state;
  if (!has_bar(layer)) return line;
  line += " " + cli::progress_bar(layer, bar) + base::human_size(layer.done, 4);
  if (layer.total > 0) line += "/" + base::human_size(layer.total, 4);
  return line;
}

// As docker in a pipe: each state once, the counting ones left out.
std::string plain_line(const cli::LayerProgress& layer, const cli::LayerProgress* before) {
  if (is_silent(layer) || has_bar(layer) || (before != nullptr && before->state == layer.state))
    return "";
  return layer.item + ": " + layer.state;
}

std::string pull_epilogue(const image::Pulled& pulled, const image::Reference& name,
                          const image::NameDefaults& names) {
  const std::string_view what =
      pulled.changed ? "Downloaded newer image for " : "Image is up to date for ";
  return fmt::format("Digest: {}\nStatus: {}{}\n", pulled.digest.text(), what,
                     name.familiar(names));
}

std::string canonical_name(const image::Pulled&, const image::Reference& name) {
  return name.canonical();
}

}  // namespace

cli::PullStyle docker_pull() {
  return {.progress_on_output = true,
          .show_messages = true,
          .untagged = "Using default tag: latest",
          .alias = "",
          .start = "",
          .live_line = live_line,
          .plain_line = plain_line,
          .epilogue = pull_epilogue,
          .result = canonical_name};
}

}  // namespace frontends
