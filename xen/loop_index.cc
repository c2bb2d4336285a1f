#include "xen/loop_index.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

namespace xen {

FileIdentity identify(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) < 0) base::throw_errno("a disk image");
  return {.device = status.st_dev, .inode = status.st_ino};
}

LoopIndex LoopIndex::parse(std::string_view text) {
  LoopIndex index;
  for (const std::string& line : base::split(text, '\n')) {
    const std::vector<std::string> words = base::split(line, ' ');
    if (words.size() != 3) continue;
    auto device = base::parse_number<std::uint64_t>(words[0]);
    auto inode = base::parse_number<std::uint64_t>(words[1]);
    auto number = base::parse_number<int>(words[2]);
    if (device && inode && number && *number >= 0) index.put({*device, *inode}, *number);
  }
  return index;
}

LoopIndex LoopIndex::read(int fd) {
  base::rewind(fd);
  return parse(base::read_to_end(fd, std::size_t{1} << 20));
}

std::optional<int> LoopIndex::find(const FileIdentity& file) const {
  auto found = numbers_.find(file);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

void LoopIndex::put(const FileIdentity& file, int number) {
  std::erase_if(numbers_, [number](const auto& entry) { return entry.second == number; });
  numbers_[file] = number;
}

std::string LoopIndex::text() const {
  std::string text;
  for (const auto& [file, number] : numbers_)
    text += fmt::format("{} {} {}\n", file.device, file.inode, number);
  return text;
}

void LoopIndex::write(int fd) {
  std::erase_if(numbers_, [](const auto& entry) {
    return !base::exists(fmt::format("/sys/block/loop{}/loop", entry.second));
  });
  const std::string content = text();
  if (::ftruncate(fd, 0) < 0) base::throw_errno("writing the index of loop devices");
  base::write_all_at(fd, base::as_bytes(content), 0);
}

}  // namespace xen
