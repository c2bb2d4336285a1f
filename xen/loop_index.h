// Which loop device is said to be over which file: the text in the lock file of those who share.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace xen {

struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const FileIdentity&) const = default;
};
FileIdentity identify(int fd);

// A hint, never a truth. Lines "DEVICE INODE NUMBER" in decimal; anything else is skipped.
class LoopIndex {
 public:
  static LoopIndex parse(std::string_view text);
  static LoopIndex read(int fd);  // the whole file, from its start
  std::optional<int> find(const FileIdentity& file) const;
  void put(const FileIdentity& file, int number);  // whatever else had this number has not any more
  std::string text() const;
  // Replaces the file's content; loops that are no longer set up are left out.
  void write(int fd);

 private:
  std::map<FileIdentity, int> numbers_;
};

}  // namespace xen
