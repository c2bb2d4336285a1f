#include "cli/suggest.h"

#include <algorithm>

namespace cli {
namespace {

// Insertions, deletions, replacements and exchanges of neighbours (Damerau, Levenshtein).
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::vector<std::size_t>> cost(from.size() + 1,
                                             std::vector<std::size_t>(to.size() + 1));
  for (std::size_t i = 0; i <= from.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= to.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = cost[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[from.size()][to.size()];
}

}  // namespace

std::vector<std::string> suggest(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t longest = 64;
  if (word.empty() || word.size() > longest) return {};
  struct Candidate {
    std::size_t distance;
    std::string_view name;
  };
  const std::size_t tolerance = std::clamp<std::size_t>(word.size() / 2, 1, 2);
  std::vector<Candidate> near;
  for (std::string_view name : known) {
    const std::size_t slips = distance(word, name);
    if (slips <= tolerance || name.starts_with(word)) near.push_back({slips, name});
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
  std::vector<std::string> names;
  names.reserve(near.size());
  for (const Candidate& candidate : near) names.emplace_back(candidate.name);
  return names;
}

}  // namespace cli
