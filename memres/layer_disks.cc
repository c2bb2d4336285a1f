#include "memres/layer_disks.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace memres {
namespace {

constexpr std::size_t longest_record = 1u << 20;
constexpr std::string_view file_prefix = "layers-";
// Disks that nobody uses keep some of the guest's memory, and their layers in use on the host.
constexpr std::size_t most_kept = 4;

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

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec;
}

std::set<unsigned> numbers_of(const std::vector<SlotUse>& used) {
  std::set<unsigned> numbers;
  for (const SlotUse& use : used)
    if (use.disk) numbers.insert(*use.disk);
  return numbers;
}

std::int64_t last_taken(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? nanoseconds(status.st_mtim) : 0;
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

std::string LayerDisks::path(unsigned number) const {
  return fmt::format("{}/{}{}", directory_, file_prefix, number);
}

base::FileLock LayerDisks::lock(const base::Deadline& deadline) const {
  return base::FileLock::acquire(directory_ + "/disks.lock", deadline, "the disks of the memres");
}

std::optional<LayerDisk> LayerDisks::read(unsigned number) const {
  const auto text = base::try_read_file(path(number), longest_record);
  if (!text) return std::nullopt;
  std::vector<std::string> lines = base::split(base::trim(*text), '\n');
  const auto guid = base::Uuid::parse(lines.front());
  if (!guid) return std::nullopt;
  lines.erase(lines.begin());
  return LayerDisk{.number = number,
                   .guid = *guid,
                   .layers = std::move(lines),
                   .taken = last_taken(path(number))};
}

std::optional<LayerDisk> LayerDisks::find(const std::vector<std::string>& layers) const {
  for (const unsigned number : numbered_files(directory_, file_prefix)) {
    auto disk = read(number);
    if (!disk || disk->layers != layers) continue;
    utimensat(AT_FDCWD, path(number).c_str(), nullptr, 0);
    return disk;
  }
  return std::nullopt;
}

unsigned LayerDisks::choose(const std::vector<SlotUse>& used) const {
  std::set<unsigned> numbers = numbers_of(used);
  for (const unsigned number : numbered_files(directory_, file_prefix)) numbers.insert(number);
  unsigned empty = 0;
  while (numbers.contains(empty)) ++empty;
  return empty;
}

std::vector<LayerDisk> LayerDisks::unwanted(const std::vector<SlotUse>& used) const {
  const std::set<unsigned> in_use = numbers_of(used);
  std::vector<LayerDisk> kept;
  std::vector<LayerDisk> unwanted;
  for (const unsigned number : numbered_files(directory_, file_prefix)) {
    auto disk = in_use.contains(number) ? std::nullopt : read(number);
    if (!disk) continue;
    (are_same_files(disk->layers) ? kept : unwanted).push_back(std::move(*disk));
  }
  std::ranges::sort(kept, std::greater<>{}, &LayerDisk::taken);
  for (std::size_t at = most_kept; at < kept.size(); ++at) unwanted.push_back(std::move(kept[at]));
  return unwanted;
}

void LayerDisks::write(const LayerDisk& disk) const {
  base::replace_file(path(disk.number),
                     disk.guid.text() + "\n" + base::join(disk.layers, "\n") + "\n", 0600,
                     base::Durability::cached);
}

void LayerDisks::forget(unsigned number) const { base::remove_file(path(number)); }

}  // namespace memres
