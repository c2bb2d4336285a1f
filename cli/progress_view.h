// Draws what a pull tells: live lines where somebody watches, plain lines elsewhere.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "cli/output.h"
#include "cli/personality.h"
#include "cli/terminal.h"

namespace cli {

// A line for each layer, redrawn in place. What does not fit the screen is not shown: unfinished
// layers first.
class LiveProgress : public base::Progress {
 public:
  // Borrows the first two.
  LiveProgress(Output& output, const PullStyle& style, TerminalSize size)
      : output_(output), style_(style), size_(size) {}

  void message(std::string_view text) override;
  void update(std::string_view item, std::string_view state, std::uint64_t done,
              std::uint64_t total) override;

 private:
  void draw();
  std::vector<std::string> visible_lines() const;

  Output& output_;
  const PullStyle& style_;
  TerminalSize size_;
  std::vector<LayerProgress> layers_;
  std::vector<std::string> drawn_;
};

// A line for each change that is worth one.
class PlainProgress : public base::Progress {
 public:
  PlainProgress(Output& output, const PullStyle& style) : output_(output), style_(style) {}

  void message(std::string_view text) override;
  void update(std::string_view item, std::string_view state, std::uint64_t done,
              std::uint64_t total) override;

 private:
  Output& output_;
  const PullStyle& style_;
  std::vector<LayerProgress> layers_;
};

// What watches a pull on `output`: live on a terminal, else plain.
// Says on `output` which names are tried, as the style has it; `typed` is the user's.
engine::NameListener announce_names(Output& output, const PullStyle& style, std::string typed);

std::unique_ptr<base::Progress> make_progress(Output& output, const PullStyle& style);

// "[=====>     ] " of at most `cells` inside; empty where there is no total or no room.
std::string progress_bar(const LayerProgress& layer, std::size_t cells);

}  // namespace cli
