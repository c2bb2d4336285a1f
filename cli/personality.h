// How a program speaks: all in which docker's and podman's manners differ, as values and named
// strategies. The values are in frontends/; nothing in cli/ asks which personality it has.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "engine/engine.h"
#include "image/reference.h"

namespace cli {

// The exit status of what we could not do ourselves. `run` has its own: 125.
struct ExitCodes {
  int refused_option = 125;   // an option that is unknown or whose value does not fit
  int refused_arguments = 1;  // too few arguments or too many
  int unknown_command = 1;
  int failure = 1;
  int image_in_use = 1;
  int container_running = 1;
};

// Texts in which {name}s are filled in by fill() (cli/wording.h). Without a final newline.
struct Messages {
  // Whole lines.
  std::string_view failure;          // {program} {message}
  std::string_view name_failure;     // {message}: of one of several names given to rm or rmi
  std::string_view refused_option;   // {command} {message}
  std::string_view unknown_command;  // {program} {word} {suggestions}
  std::string_view suggestions;      // {list}: what becomes {suggestions} where there are any
  std::string_view unknown_topic;    // {word}
  std::string_view version;          // {program} {version}: of --version
  // Parts of lines.
  std::string_view no_such_container;  // {name}
  std::string_view no_such_image;      // {name}
  std::string_view container_running;  // {id}
  std::string_view invalid_name;       // {name}
  std::string_view name_in_use;        // {name} {id}
  std::string_view memory_too_small;
  std::string_view invalid_pull_policy;  // {value}
  std::string_view invalid_memory;       // {value}
};

// How many arguments a command takes.
struct ArgumentRange {
  unsigned least = 0;
  unsigned most = 0;
  static constexpr unsigned any = ~0u;
};

// What the wording of a row depends on beside the thing itself.
struct RowContext {
  base::WallTime now{};
  bool truncate = true;
  bool digests = false;
  image::NameDefaults names;
};

struct ColumnHeader {
  std::string_view field;  // of the row
  std::string_view header;
};

// A listing: its rows are JSON objects, its default table a template over them.
template <typename Item>
struct ListStyle {
  std::string_view table;     // "table {{.ID}}\t{{.Image}}"
  std::string_view id_field;  // what -q prints
  std::span<const ColumnHeader> headers;
  // One item may be several rows (an image with several tags), or none.
  std::vector<base::Json> (*rows)(const Item& item, const RowContext& context);
  // `--format json`: one document of all items, or nullptr: a line of JSON for each row.
  base::Json (*document)(std::span<const Item> items, const RowContext& context);
};

// As Go's text/tabwriter: a cell is at least this wide, padding included.
struct TableStyle {
  std::size_t least_width = 10;
  std::size_t padding = 3;
};

// What is known of a layer that is on its way.
struct LayerProgress {
  std::string item;   // short digest
  std::string state;  // docker's words
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: unknown
};

struct PullStyle {
  bool progress_on_output = false;  // of `pull`; that of `run` is always on standard error
  bool show_messages = false;       // the engine's sentences, worded as docker does
  std::string_view untagged;        // said where the name has no tag
  std::string_view start;           // {reference}: said before anything else
  std::string_view missing;         // {name}: said by `run` before it pulls
  // The line of a layer on a terminal, `bar` cells wide at most.
  std::string (*live_line)(const LayerProgress& layer, std::size_t bar);
  // The line that a change of state is worth where nobody watches; empty: none. `before` is null
  // for the first one.
  std::string (*plain_line)(const LayerProgress& layer, const LayerProgress* before);
  // What is said at the end, beside the progress and on standard output.
  std::string (*epilogue)(const image::Pulled& pulled, const image::Reference& name);
  std::string (*result)(const image::Pulled& pulled, const image::Reference& name);
  std::string (*quiet_result)(const image::Pulled& pulled, const image::Reference& name);
};

struct Personality {
  std::string_view program;  // "vdkr"
  std::string_view summary;  // one line, for --help
  std::string_view options_word = "[OPTIONS]";
  image::NameDefaults names;
  ExitCodes exit_codes;
  Messages messages;
  TableStyle table;
  PullStyle pull;
  ListStyle<image::Image> images;
  ListStyle<engine::Container> containers;
  std::uint64_t least_memory = 0;  // of run -m, bytes

  // `version` and `info`: a document and the template that is its usual text.
  base::Json (*version_document)(const engine::HostInfo& host);
  std::string_view version_text;
  base::Json (*info_document)(const engine::HostInfo& host, const engine::Settings& settings,
                              bool debug);
  std::string_view info_text;

  std::string (*arguments_refused)(std::string_view command, const ArgumentRange& takes,
                                   std::size_t given);
  // `program` is argv[0] of the container.
  std::string (*start_failure)(const engine::StartFailure& failure, std::string_view program);
  // The lines of `rmi` for one name.
  std::vector<std::string> (*removed_image)(const image::RemovedImage& removed,
                                            const image::NameDefaults& names);
};

}  // namespace cli
