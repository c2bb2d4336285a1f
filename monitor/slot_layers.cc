#include "monitor/slot_layers.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace monitor {
namespace {

constexpr std::size_t longest_record = 1u << 20;

std::optional<std::string> identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return fmt::format("{} {} {} {} {}", status.st_dev, status.st_ino, status.st_ctim.tv_sec,
                     status.st_ctim.tv_nsec, path);
}

// Behind the four numbers.
std::string path_in(const std::string& identity) {
  std::size_t at = 0;
  for (int i = 0; i < 4; ++i) at = identity.find(' ', at) + 1;
  return identity.substr(at);
}

}  // namespace

std::vector<std::string> layer_identities(const std::vector<std::string>& paths) {
  std::vector<std::string> identities;
  for (const std::string& path : paths) {
    auto found = identity(path);
    if (!found) base::throw_errno(path);
    identities.push_back(std::move(*found));
  }
  return identities;
}

bool are_same_files(const std::vector<std::string>& identities) {
  return std::all_of(identities.begin(), identities.end(),
                     [](const std::string& known) { return identity(path_in(known)) == known; });
}

std::optional<SlotLayers> SlotLayersFile::read() const {
  const auto text = base::try_read_file(path_, longest_record);
  if (!text) return std::nullopt;
  std::vector<std::string> lines = base::split(base::trim(*text), '\n');
  const auto guid = base::Uuid::parse(lines.front());
  if (!guid) return std::nullopt;
  lines.erase(lines.begin());
  return SlotLayers{.guid = *guid, .layers = std::move(lines)};
}

void SlotLayersFile::write(const SlotLayers& layers) const {
  base::replace_file(path_, layers.guid.text() + "\n" + base::join(layers.layers, "\n") + "\n",
                     0600, base::Durability::cached);
}

void SlotLayersFile::forget() const { base::remove_file(path_); }

}  // namespace monitor
