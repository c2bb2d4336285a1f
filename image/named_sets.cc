#include "image/named_sets.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "image/image_index.h"
#include "image/record_file.h"

namespace image {
namespace {

// What `read` gives; nullopt where that is nothing, or damaged: `problem` tells then.
template <typename Read>
auto try_read(const std::string& what, std::optional<std::string>& problem, Read read)
    -> decltype(read()) {
  try {
    auto record = read();
    if (!record) problem = what + " is missing";
    return record;
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::corrupt) throw;
    problem = what + " is damaged: " + error.message();
    return std::nullopt;
  }
}

// That of the image that its names show is missed by itself.
void read(const StoreLayout& layout, NamedSet& named) {
  named.set =
      try_read("its record", named.problem, [&] { return read_set_record(layout, named.index); });
  if (!named.set) return;
  for (const Image& listed : std::exchange(named.set->images, {})) {
    const std::string what = "the record of its image " + listed.id.short_hex();
    std::optional<std::string> problem;
    if (auto image = try_read(what, problem, [&] { return read_record(layout, listed.id); }))
      named.set->images.push_back(std::move(*image));
    else if (listed.id != named.image)
      named.problem = std::move(problem);
  }
}

}  // namespace

std::vector<NamedSet> named_sets(const StoreLayout& layout) {
  std::vector<NamedSet> sets;
  for (const IndexEntry& entry : read_index(layout)) {
    if (!entry.set || !entry.name) continue;
    auto found = std::ranges::find(sets, *entry.set, &NamedSet::index);
    if (found == sets.end())
      found = sets.insert(sets.end(), {.index = *entry.set, .image = entry.image});
    found->names.push_back(*entry.name);
  }
  for (NamedSet& named : sets) read(layout, named);
  return sets;
}

}  // namespace image
