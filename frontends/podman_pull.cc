#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/progress_view.h"
#include "frontends/podman_parts.h"
#include "frontends/rows.h"

namespace frontends {
namespace {

std::string live_line(const cli::LayerProgress& layer, std::size_t bar) {
  const std::string line = "Copying blob " + layer.item + " ";
  static constexpr std::array<std::string_view, 5> done{"Pull complete", "Pushed", "Read", "Loaded",
                                                        "Saved"};
  if (std::find(done.begin(), done.end(), layer.state) != done.end()) return line + "done";
  if (layer.state.ends_with(" exists")) return line + "skipped: already exists";
  if (layer.total == 0) return line + base::lower(layer.state);
  return line + cli::progress_bar(layer, bar) + binary_size(layer.done) + " / " +
         binary_size(layer.total);
}

// In a pipe podman names each layer once.
std::string plain_line(const cli::LayerProgress& layer, const cli::LayerProgress* before) {
  return before == nullptr ? "Copying blob " + layer.item : "";
}

std::string pull_epilogue(const image::Pulled& pulled, const image::Reference&,
                          const image::NameDefaults&) {
  return "Copying config " + pulled.image.id.short_hex() +
         "\nWriting manifest to image destination\n";
}

std::string image_id(const image::Pulled& pulled, const image::Reference&) {
  return pulled.image.id.hex;
}

}  // namespace

cli::PullStyle podman_pull() {
  return {.progress_on_output = false,
          .show_messages = false,
          .untagged = "",
          .alias = "Resolved \"{name}\" as an alias ({file})",
          .start = "Trying to pull {reference}...",
          .live_line = live_line,
          .plain_line = plain_line,
          .epilogue = pull_epilogue,
          .result = image_id};
}

}  // namespace frontends
