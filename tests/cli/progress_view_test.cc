#include "cli/progress_view.h"

#include <gtest/gtest.h>

#include "base/fd.h"
#include "base/text.h"
#include "frontends/personalities.h"

namespace cli {
namespace {

constexpr std::size_t limit = 1u << 20;

// What a terminal shows after it was sent `text`: knows what the view uses and nothing else.
class Screen {
 public:
  explicit Screen(std::string_view text) {
    while (!text.empty()) text.remove_prefix(take(text));
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::size_t take(std::string_view text) {
    if (text.starts_with("\x1b[")) return take_sequence(text);
    if (text[0] == '\n') {
      if (++row_ == lines_.size()) lines_.emplace_back();
      column_ = 0;
    } else if (text[0] == '\r') {
      column_ = 0;
    } else {
      std::string& line = lines_[row_];
      if (column_ >= line.size()) line.resize(column_ + 1, ' ');
      line[column_++] = text[0];
    }
    return 1;
  }

  std::size_t take_sequence(std::string_view text) {
    const std::size_t end = text.find_first_of("AKJ");
    if (end == std::string_view::npos) {
      ADD_FAILURE() << "an unknown sequence";
      return text.size();
    }
    const auto number = base::parse_number<std::size_t>(text.substr(2, end - 2));
    if (text[end] == 'A') {
      EXPECT_LE(number.value_or(1), row_) << "above what was drawn";
      row_ -= std::min(row_, number.value_or(1));
    } else if (text[end] == 'K') {
      lines_[row_].clear();
    } else {
      lines_.resize(row_ + 1);
      lines_[row_].resize(std::min(column_, lines_[row_].size()));
    }
    return end + 1;
  }

  std::vector<std::string> lines_{1};
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

struct Drawing {
  base::UniqueFd fd = base::memory_file("terminal");
  Output output{fd.get(), "standard error"};
  PullStyle style;
  LiveProgress live;
  PlainProgress plain;

  explicit Drawing(const Personality& personality, TerminalSize size = {.columns = 80, .rows = 24})
      : style(personality.pull), live(output, style, size), plain(output, style) {}

  std::string text() {
    output.flush();
    base::rewind(fd.get());
    return base::read_to_end(fd.get(), limit);
  }
  std::vector<std::string> screen() { return Screen(text()).lines(); }
};

// Two layers on their way, one of them there already.
void tell(base::Progress& progress) {
  progress.message("3.20: Pulling from library/alpine");
  progress.update("aaaaaaaaaaaa", "Pulling fs layer", 0, 0);
  progress.update("bbbbbbbbbbbb", "Already exists", 0, 0);
  progress.update("aaaaaaaaaaaa", "Downloading", 0, 3'400'000);
  progress.update("aaaaaaaaaaaa", "Downloading", 1'700'000, 3'400'000);
  progress.update("aaaaaaaaaaaa", "Download complete", 0, 0);
  progress.update("aaaaaaaaaaaa", "Extracting", 100, 0);
  progress.update("aaaaaaaaaaaa", "Pull complete", 0, 0);
}

TEST(ProgressViewTest, ATerminalShowsOneLineForEachLayer) {
  Drawing drawing(frontends::docker_personality("vdkr"));
  tell(drawing.live);
  EXPECT_EQ(drawing.screen(), (std::vector<std::string>{"3.20: Pulling from library/alpine",
                                                        "aaaaaaaaaaaa: Pull complete",
                                                        "bbbbbbbbbbbb: Already exists", ""}));
}

TEST(ProgressViewTest, ADownloadShowsABarThatFitsTheTerminal) {
  for (const std::size_t columns : {40u, 70u, 80u, 200u}) {
    Drawing drawing(frontends::docker_personality("vdkr"), {.columns = columns, .rows = 24});
    drawing.live.update("aaaaaaaaaaaa", "Downloading", 1'700'000, 3'400'000);
    const std::string line = drawing.screen()[0];
    EXPECT_LT(line.size(), columns);
    EXPECT_EQ(line.find("[=") != std::string::npos, columns >= 70) << line;
    EXPECT_TRUE(line.ends_with("1.7MB/3.4MB")) << line;
  }
}

TEST(ProgressViewTest, AMessageWhileLayersAreShownStaysAboveThem) {
  Drawing drawing(frontends::docker_personality("vdkr"));
  drawing.live.update("aaaaaaaaaaaa", "Waiting", 0, 0);
  drawing.live.message("something else");
  drawing.live.update("aaaaaaaaaaaa", "Pull complete", 0, 0);
  EXPECT_EQ(drawing.screen(),
            (std::vector<std::string>{"something else", "aaaaaaaaaaaa: Pull complete", ""}));
}

TEST(ProgressViewTest, MoreLayersThanRowsShowThoseUnderWay) {
  Drawing drawing(frontends::docker_personality("vdkr"), {.columns = 80, .rows = 6});
  for (char layer = 'a'; layer < 'k'; ++layer) {
    drawing.live.update(std::string(12, layer), "Waiting", 0, 0);
    drawing.live.update(std::string(12, layer), layer < 'h' ? "Pull complete" : "Extracting", 1, 0);
  }
  const std::vector<std::string> lines = drawing.screen();
  EXPECT_EQ(lines,
            (std::vector<std::string>{"hhhhhhhhhhhh: Extracting 1B", "iiiiiiiiiiii: Extracting 1B",
                                      "jjjjjjjjjjjj: Extracting 1B", ""}));
}

TEST(ProgressViewTest, APipeGetsEachStateOnceAsDockerWritesThem) {
  Drawing drawing(frontends::docker_personality("vdkr"));
  tell(drawing.plain);
  EXPECT_EQ(drawing.text(),
            "3.20: Pulling from library/alpine\n"
            "aaaaaaaaaaaa: Pulling fs layer\n"
            "bbbbbbbbbbbb: Already exists\n"
            "aaaaaaaaaaaa: Download complete\n"
            "aaaaaaaaaaaa: Pull complete\n");
}

TEST(ProgressViewTest, APipeGetsEachBlobOnceAsPodmanWritesThem) {
  Drawing drawing(frontends::podman_personality("vpdmn"));
  tell(drawing.plain);
  EXPECT_EQ(drawing.text(), "Copying blob aaaaaaaaaaaa\nCopying blob bbbbbbbbbbbb\n");
}

TEST(ProgressViewTest, ForeignTextCannotReachTheTerminal) {
  Drawing drawing(frontends::docker_personality("vdkr"));
  drawing.live.message("\x1b[2Jgone");
  drawing.live.update("\x1b]0;title\x07", "\x1b[31m", 0, 0);
  EXPECT_EQ(drawing.screen(),
            (std::vector<std::string>{"\\x1b[2Jgone", "\\x1b]0;title\\x07: \\x1b[31m", ""}));
}

TEST(ProgressViewTest, ABarIsNeverLongerThanToldWhateverTheFigures) {
  EXPECT_EQ(progress_bar({.done = 0, .total = 10}, 10), "[>         ] ");
  EXPECT_EQ(progress_bar({.done = 5, .total = 10}, 10), "[=====>    ] ");
  EXPECT_EQ(progress_bar({.done = 10, .total = 10}, 10), "[==========] ");
  EXPECT_EQ(progress_bar({.done = 99, .total = 10}, 10), "[==========] ");
  EXPECT_EQ(progress_bar({.done = 1, .total = 0}, 10), "");
  EXPECT_EQ(progress_bar({.done = 1, .total = 2}, 4), "");
}

}  // namespace
}  // namespace cli
