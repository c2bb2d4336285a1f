#include "cli/progress_view.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "cli/wording.h"

namespace cli {
namespace {

constexpr std::size_t longest_word = 64;

// docker's last words on a layer.
bool finished(const LayerProgress& layer) {
  return layer.state == "Pull complete" || layer.state == "Already exists";
}

LayerProgress* find(std::vector<LayerProgress>& layers, std::string_view item) {
  const auto found = std::find_if(layers.begin(), layers.end(),
                                  [&](const LayerProgress& layer) { return layer.item == item; });
  return found == layers.end() ? nullptr : &*found;
}

LayerProgress printable_layer(std::string_view item, std::string_view state, std::uint64_t done,
                              std::uint64_t total) {
  return {.item = base::printable(item, longest_word),
          .state = base::printable(state, longest_word),
          .done = done,
          .total = total};
}

}  // namespace

std::string progress_bar(const LayerProgress& layer, std::size_t cells) {
  constexpr std::size_t least_cells = 5;
  if (layer.total == 0 || cells < least_cells) return "";
  const double part =
      std::min(1.0, static_cast<double>(layer.done) / static_cast<double>(layer.total));
  const auto full = static_cast<std::size_t>(part * static_cast<double>(cells));
  const bool arrow = full < cells;
  return fmt::format("[{}{}{}] ", std::string(full, '='), arrow ? ">" : "",
                     std::string(cells - full - (arrow ? 1 : 0), ' '));
}

void LiveProgress::message(std::string_view text) {
  if (!style_.show_messages) return;
  const std::string line = base::printable(text, size_.columns - 1);
  if (layers_.empty()) {
    output_.line(line);
  } else {
    // Above the layers, whose lines are drawn anew below it.
    output_.write(fmt::format("\x1b[{}A\r\x1b[J{}\n", drawn_.size(), line));
    drawn_.clear();
    draw();
  }
  output_.flush();
}

void LiveProgress::update(std::string_view item, std::string_view state, std::uint64_t done,
                          std::uint64_t total) {
  if (item.empty()) return;
  LayerProgress now = printable_layer(item, state, done, total);
  if (LayerProgress* known = find(layers_, now.item)) {
    *known = std::move(now);
  } else {
    layers_.push_back(std::move(now));
  }
  draw();
}

std::vector<std::string> LiveProgress::visible_lines() const {
  constexpr std::size_t most_cells = 50;
  constexpr std::size_t words_beside_bar = 55;
  const std::size_t cells =
      size_.columns > words_beside_bar ? std::min(most_cells, size_.columns - words_beside_bar) : 0;
  const std::size_t room = std::max<std::size_t>(size_.rows, 3) - 2;
  std::vector<std::string> lines;
  for (const LayerProgress& layer : layers_) {
    if (layers_.size() > room && finished(layer)) continue;
    if (lines.size() == room) break;
    const std::string line = style_.live_line(layer, cells);
    if (!line.empty()) lines.push_back(shortened(line, size_.columns - 1, "…"));
  }
  return lines;
}

void LiveProgress::draw() {
  const std::vector<std::string> lines = visible_lines();
  if (lines == drawn_) return;
  std::string text;
  if (!drawn_.empty()) text = fmt::format("\x1b[{}A\r", drawn_.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool same = i < drawn_.size() && drawn_[i] == lines[i];
    text += same ? "\n" : "\x1b[2K" + lines[i] + "\n";
  }
  if (lines.size() < drawn_.size()) text += "\x1b[J";
  drawn_ = lines;
  output_.write(text);
  output_.flush();
}

void PlainProgress::message(std::string_view text) {
  if (!style_.show_messages) return;
  output_.line(base::printable(text));
  output_.flush();
}

void PlainProgress::update(std::string_view item, std::string_view state, std::uint64_t done,
                           std::uint64_t total) {
  if (item.empty()) return;
  LayerProgress now = printable_layer(item, state, done, total);
  LayerProgress* known = find(layers_, now.item);
  const std::string line = style_.plain_line(now, known);
  if (known != nullptr) {
    *known = std::move(now);
  } else {
    layers_.push_back(std::move(now));
  }
  if (line.empty()) return;
  output_.line(line);
  output_.flush();
}

engine::NameListener announce_names(Output& output, const PullStyle& style, std::string typed) {
  return [&output, &style, typed = std::move(typed)](const image::NameCandidate& candidate) {
    if (!candidate.alias_file.empty() && !style.alias.empty())
      output.line(fill(style.alias, {{"name", typed}, {"file", candidate.alias_file}}));
    if (!style.start.empty())
      output.line(fill(style.start, {{"reference", candidate.name.canonical()}}));
    output.flush();
  };
}

std::unique_ptr<base::Progress> make_progress(Output& output, const PullStyle& style) {
  if (is_terminal(output.fd()))
    return std::make_unique<LiveProgress>(output, style, terminal_size(output.fd()));
  return std::make_unique<PlainProgress>(output, style);
}

}  // namespace cli
