#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/filter.h"
#include "cli/listing.h"
#include "cli/pull_options.h"

namespace cli {
namespace {

constexpr unsigned usual_limit = 25;

struct Nothing {};
using Filter = FilterValues<FoundRow, Nothing>;

constexpr std::array keys = {
    Filter::Key{.name = "is-automated",
                .holds = [](const FoundRow& row, const std::string& value,
                            const Nothing&) { return row.image.automated == parse_truth(value); },
                .every = true},
    Filter::Key{.name = "is-official",
                .holds = [](const FoundRow& row, const std::string& value,
                            const Nothing&) { return row.image.official == parse_truth(value); },
                .every = true},
    Filter::Key{.name = "stars",
                .holds =
                    [](const FoundRow& row, const std::string& value, const Nothing&) {
                      return row.image.stars >= base::parse_number<std::uint64_t>(value);
                    },
                .every = true},
};

// "HOST[:PORT]/TERM": docker's rule for names. Without a registry `host` is empty.
struct Term {
  std::string host;
  std::string text;
};

Term parse_term(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string host = text.substr(0, slash);
  const bool registry = slash != std::string::npos &&
                        (host.find_first_of(".:") != std::string::npos || host == "localhost");
  if (!registry) return {.host = "", .text = text};
  return {.host = host == "index.docker.io" ? "docker.io" : host, .text = text.substr(slash + 1)};
}

class Search : public Command {
 public:
  Search() : filter_(keys) {}

  void declare(Options& options) override {
    options.add({.name = "filter",
                 .letter = 'f',
                 .type = "filter",
                 .meaning = "Show only those that fit: is-automated, is-official, stars=NUMBER",
                 .set = [this](std::string_view value) { return add_filter(value); }});
    options.add_text(list_.format, "format", 0, "string",
                     "Format: json, or a Go template (\"table {{.Name}}\")");
    options.add({.name = "limit",
                 .type = "int",
                 .meaning = "How many to show at most (default 25)",
                 .set = [this](std::string_view value) { return set_limit(value); }});
    options.add_switch(whole_, "no-trunc", 0, "Show whole descriptions");
    options.add_switch(compatible_, "compatible", 0, "Show stars, official and automated");
    options.add_switch(tags_, "list-tags", 0, "List the tags of the repository TERM");
    options.add_text(file_, "authfile", 0, "string", "File of credentials for registries");
    registry_.declare_trust(options);
  }

  int run(Context& context) override {
    const SearchStyle& style = context.personality.search;
    if (limit_ == 0 && style.most == 0) limit_ = usual_limit;
    if (style.most != 0 && (limit_ < 1 || limit_ > style.most))
      throw base::Error(
          base::ErrorKind::usage,
          fmt::format("Limit {} is outside the range of [1, {}]", limit_, style.most));
    // "true" instead of "[OK]" for programs.
    list_.human = list_.format.find("json") == std::string::npos;
    list_.truncate = !whole_;
    if (tags_) return show_tags(context, style);
    const std::vector<FoundRow> rows = find(context, style);
    if (rows.empty() && !style.headings_alone) return 0;
    if (compatible_) list_.table = style.compatible;
    print_list<FoundRow>(context, style.found, rows, list_);
    return 0;
  }

 private:
  std::optional<std::string> add_filter(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const std::string_view value = equals == text.npos ? "true" : text.substr(equals + 1);
    const bool number = name == "stars";
    if (number ? !base::parse_number<std::uint64_t>(value) : !parse_truth(value))
      return fmt::format("invalid filter '{}'", base::printable(text));
    filtered_ = true;
    return filter_.add(fmt::format("{}={}", name, value));
  }

  std::optional<std::string> set_limit(std::string_view value) {
    const auto number = base::parse_number<unsigned>(value);
    if (!number) return "not a number";
    limit_ = *number;
    return std::nullopt;
  }

  engine::RegistryAccess access() const {
    engine::RegistryAccess access = registry_.access();
    access.credentials_file = file_;
    return access;
  }

  std::vector<FoundRow> find(Context& context, const SearchStyle& style) const {
    const Term term = parse_term(context.arguments.front());
    const auto found = context.engine().search(
        {.registry = term.host,
         .query = {.term = term.text, .limit = limit_, .catalogue = style.catalogue},
         .access = access()});
    std::vector<FoundRow> rows;
    for (const image::FoundImage& image : found) {
      FoundRow row{.registry = term.host.empty() ? context.names().domain : term.host,
                   .image = image};
      if (filter_.fits(row, {})) rows.push_back(std::move(row));
    }
    if (style.by_stars)
      std::stable_sort(rows.begin(), rows.end(), [](const FoundRow& a, const FoundRow& b) {
        return a.image.stars > b.image.stars;
      });
    return rows;
  }

  int show_tags(Context& context, const SearchStyle& style) const {
    if (filtered_)
      throw base::Error(base::ErrorKind::usage, "filters are not applicable to list tags result");
    const std::string& repository = context.arguments.front();
    const std::string name = image::Reference::parse(repository, context.names()).name();
    std::vector<TagRow> rows;
    for (const std::string& tag : context.engine().registry_tags(
             {.repository = repository, .limit = limit_, .access = access()}))
      rows.push_back({.repository = name, .tag = tag});
    if (!rows.empty()) print_list<TagRow>(context, style.tags, rows, list_);
    return 0;
  }

  PullOptions registry_{PullOptions::Platforms::none};
  Filter filter_;
  ListRequest list_;
  std::string file_;
  unsigned limit_ = usual_limit;
  bool filtered_ = false;
  bool whole_ = false;
  bool compatible_ = false;
  bool tags_ = false;
};

}  // namespace

const CommandEntry search_command{
    .name = "search",
    .aliases = "",
    .group = "Commands",
    .summary = "Search a registry for images",
    .usage = "[OPTIONS] TERM",
    .examples =
        "{program} search --filter is-official --limit 5 alpine\n"
        "{program} search --list-tags docker.io/library/alpine",
    .takes = {.least = 1, .most = 1},
    .interruptible = true,
    .make = make_command<Search>,
};

}  // namespace cli
