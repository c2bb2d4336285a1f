// How a program speaks: all in which docker's and podman's manners differ, as values and named
// strategies. The values are in frontends/; nothing in cli/ asks which personality it has.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "cli/list_style.h"
#include "cli/process_columns.h"
#include "cli/table.h"
#include "cli/upkeep_style.h"
#include "engine/engine.h"
#include "image/image.h"
#include "image/platform.h"
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
  int exec_not_running = 1;
};

// Texts in which {name}s are filled in by fill() (cli/wording.h). Without a final newline.
struct Messages {
  // Whole lines.
  std::string_view failure;          // {program} {message}
  std::string_view refused_option;   // {command} {message}
  std::string_view unknown_command;  // {program} {word} {suggestions}
  std::string_view suggestions;      // {list}: what becomes {suggestions} where there are any
  std::string_view unknown_topic;    // {word}
  std::string_view version;          // {program} {version}: of --version
  // Parts of lines.
  std::string_view no_such_container;    // {name}
  std::string_view no_such_image;        // {name}
  std::string_view no_such_object;       // {name}
  std::string_view container_running;    // {id}
  std::string_view not_running_to_exec;  // {id}
  std::string_view not_running_to_attach;
  std::string_view not_running_to_top;   // {id}
  std::string_view no_such_port;         // {port} {name}
  std::string_view no_terminal;          // whole line, of -it without a terminal
  std::string_view detached;             // whole line, of who left by the keys; may be empty
  std::string_view not_running_to_kill;  // {name} {id} {state}
  std::string_view invalid_name;         // {name}
  std::string_view name_in_use;          // {name} {id}
  std::string_view memory_too_small;
  std::string_view invalid_pull_policy;     // {value}
  std::string_view invalid_directory;       // {directory}
  std::string_view invalid_restart_policy;  // {value}
  std::string_view invalid_restart_count;   // {value}
  std::string_view unused_restart_count;    // {value}: the policy
  std::string_view removed_and_restarted;   // of --rm with --restart
};

// How many arguments a command takes.
struct ArgumentRange {
  unsigned least = 0;
  unsigned most = 0;
  static constexpr unsigned any = ~0u;
};

struct RefusedArguments {
  std::string command;  // "vdkr rm"
  std::string usage;    // "vdkr rm [OPTIONS] CONTAINER [CONTAINER...]"
  std::string summary;
  ArgumentRange takes;
  std::size_t given = 0;
};

// What of an image's names a pattern is compared with, by `images NAME` and by filters.
struct ImagePatterns {
  std::vector<std::string> (*forms)(const image::Reference& name,
                                    const image::NameDefaults& defaults);
  bool picks_names = false;  // an image that fits is shown without those of its names that do not
};

// What is known of a layer that is on its way.
struct LayerProgress {
  std::string item;   // short digest
  std::string state;  // docker's words
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: unknown
};

// What `top` shows.
struct TopRequest {
  std::vector<std::string> names;
  std::span<const ProcessColumn> columns;  // among these
};
struct TopStyle {
  // Of the words after the container's name.
  TopRequest (*request)(const std::vector<std::string>& words);
  std::string_view unknown_column;  // {name}
  TableStyle table;
};

struct PullStyle {
  bool progress_on_output = false;  // of `pull`; that of `run` is always on standard error
  bool show_messages = false;       // the engine's sentences, worded as docker does
  std::string_view untagged;        // said where the name has no tag
  std::string_view alias;           // {name} {file}: said of a short name; empty: nothing
  std::string_view start;           // {reference}: said before anything else
  // The line of a layer on a terminal, `bar` cells wide at most; empty: none.
  std::string (*live_line)(const LayerProgress& layer, std::size_t bar);
  // The line that a change of state is worth where nobody watches; empty: none. `before` is null
  // for the first one.
  std::string (*plain_line)(const LayerProgress& layer, const LayerProgress* before);
  // What is said at the end, beside the progress and on standard output.
  std::string (*epilogue)(const image::Pulled& pulled, const image::Reference& name,
                          const image::NameDefaults& names);
  std::string (*result)(const image::Pulled& pulled, const image::Reference& name);
};

// What save, load and push say and do.
struct TransferStyle {
  bool saves_repositories = false;  // a name without a tag is all of that name
  bool several_by_option = false;   // several images are saved with --multi-image-archive only
  std::string_view save_to_terminal;
  std::string_view load_from_terminal;
  std::string_view loaded;           // {name} as people type it, {reference} whole
  std::string_view loaded_nameless;  // {id}
  std::string_view push_start;       // {repository}: said before anything else
  std::string_view pushed;           // {tag} {digest} {size}: on standard output; empty: nothing
  std::string_view pushed_quietly;   // {name}: the same with --quiet
};

// How an import is told of, and what its image says where --message and --change do not.
struct ImportStyle {
  // What the changes make of a configuration. Throws usage, in the words of who reads Dockerfiles
  // there.
  image::ImportSpec (*changed)(const std::vector<std::string>& changes);
  std::string_view message;      // {source}: "-" or a URL
  std::string_view created_by;   // of the history; may be empty
  std::string_view downloading;  // {url}: on standard output, before anything else
  bool time_of_file = false;     // an image is as old as the file that it is made of
};

// How logins are kept and told of.
struct LoginStyle {
  std::string_view hub_key;      // Docker Hub's name in the file
  bool keys_have_paths = false;  // a login may be for a part of a registry
  bool absent_is_failure = false;
  std::string_view succeeded;
  std::string_view stored_warning;    // {file}; on standard error
  std::string_view password_warning;  // likewise, of --password
  std::string_view removed;           // {registry}
  std::string_view not_logged_in;     // {registry}
};

// What `search` finds, with where it is.
struct FoundRow {
  std::string registry;
  image::FoundImage image;
};
struct TagRow {
  std::string repository;  // its canonical name
  std::string tag;
};

struct SearchStyle {
  bool catalogue = false;       // a registry without a search is looked through
  bool by_stars = false;        // the most popular first
  bool headings_alone = false;  // shown where nothing is found
  unsigned most = 0;            // of --limit; 0: any number, and 0 is the usual one
  ListStyle<FoundRow> found;
  std::string_view compatible;  // the table of --compatible
  ListStyle<TagRow> tags;
};

// What `inspect` tells beside the record.
struct InspectFacts {
  std::string log_path;
  int pid = 0;                        // the host's
  std::optional<ContainerSize> size;  // where it is wanted
};

// What `version` and `info` tell of.
struct HostFacts {
  std::string_view program;
  image::Platform platform;  // of the host
  engine::HostInfo host;
  engine::Settings settings;
  bool debug = false;
};

// A document that is shown by a template of its own, or by the user's.
struct DocumentStyle {
  base::Json (*document)(const HostFacts& facts);
  std::string_view text;
  bool indented_json = false;  // `--format json`
};

// An option whose short form another option, or none, has elsewhere.
struct LetterChange {
  std::string_view command;
  std::string_view option;
  char letter;
};

struct Personality {
  std::string_view program;  // "vdkr"
  std::string_view summary;  // one line, for --help
  image::NameDefaults names;
  // Where credentials for registries may be when the settings do not say; the first that is there.
  std::vector<std::string> (*credential_files)();
  // What says from where images are fetched.
  engine::RegistryFiles (*registry_files)();
  ExitCodes exit_codes;
  Messages messages;
  TableStyle table;
  PullStyle pull;
  TransferStyle transfer;
  LoginStyle login;
  PruneStyle prune;
  DiskUseStyle disk_use;
  TopStyle top;
  ListStyle<image::Image> images;
  ImagePatterns image_patterns;
  std::string_view images_with_digests;  // the table of images --digests
  ListStyle<HistoryStep> history;
  std::string_view exact_history;  // the table of history --human=false
  ListStyle<engine::Container> containers;
  std::string_view containers_with_size;  // the table of ps --size
  std::uint64_t least_memory = 0;         // of run -m, bytes
  bool force_hides_absent = false;        // rm -f and rmi -f say nothing of what is not there
  bool terminal_required = false;         // -it without a terminal is refused
  bool paused_hidden = false;             // ps without -a leaves out who is paused
  bool user_entry = false;        // a user without a name has one in the container's /etc/passwd
  bool read_only_tmpfs = false;   // --read-only leaves /run, /tmp and /var/tmp writable, in memory
  std::string_view own_variable;  // NAME=VALUE that every container has
  std::span<const LetterChange> letters;
  int inspect_indent = 4;  // spaces
  bool go_times = false;   // templates of `inspect` show times as Go prints them

  base::Json (*inspect)(const engine::Container& container, const InspectFacts& facts);
  base::Json (*inspect_image)(const image::Image& image, const image::NameDefaults& names);
  DocumentStyle version;
  DocumentStyle info;

  // The value of --entrypoint as words; none: the image's is reset.
  std::vector<std::string> (*entrypoint)(std::string_view value);
  std::string (*arguments_refused)(const RefusedArguments& refused);
  // `program` is argv[0] of the container.
  std::string (*start_failure)(const engine::StartFailure& failure, std::string_view program);
  // The lines of `rmi` for one name.
  std::vector<std::string> (*removed_image)(const image::RemovedImage& removed,
                                            const image::NameDefaults& names);
  ImportStyle import_style;
  // What `push` says of an image that is not here. `name` as typed, and whole; `others`: images of
  // that repository are.
  std::string (*nothing_to_push)(std::string_view typed,
                                 const std::optional<image::Reference>& name, bool others,
                                 const image::NameDefaults& names);
  SearchStyle search;
};

}  // namespace cli
