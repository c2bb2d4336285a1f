// What `container prune`, `image prune` and `system prune` have in common.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "cli/options.h"

namespace cli {

// --filter of a prune: labels that a thing must or must not have, and until when it was made.
class PruneFilter {
 public:
  // `of_images`: it takes dangling=… too.
  explicit PruneFilter(bool of_images = false) : of_images_(of_images) {}

  void declare(Options& options);
  // Why not, where it is none.
  std::optional<std::string> add(std::string_view text);

  bool takes(const std::map<std::string, std::string>& labels,
             const std::optional<base::WallTime>& created) const;
  // dangling=false was said: images with names are meant, too.
  bool takes_named() const { return named_; }
  bool has_moment() const { return before_.has_value(); }
  // As they were given, sorted.
  std::vector<std::string> texts() const;

 private:
  std::optional<std::string> add_moment(std::string_view text);

  bool of_images_;
  bool named_ = false;
  std::vector<std::string> wanted_;    // KEY or KEY=VALUE
  std::vector<std::string> unwanted_;  // likewise
  std::optional<base::WallTime> before_;
  std::vector<std::string> texts_;
};

// Says `warning`, asks, and reads a line of standard input.
bool is_sure(Context& context, std::string_view warning);

struct Pruned {
  std::vector<std::string> lines;  // that tell of what went
  std::uint64_t bytes = 0;
};
// Those that do not run.
Pruned prune_containers(Context& context, const PruneFilter& filter);
// Those that no container uses: without a name, or `all`.
Pruned prune_images(Context& context, const PruneFilter& filter, bool all);

// The lines, below the heading where there is one.
void tell_pruned(Context& context, std::string_view heading, const Pruned& pruned);
void tell_total(Context& context, std::uint64_t bytes);

}  // namespace cli
