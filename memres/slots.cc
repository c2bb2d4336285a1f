#include "memres/slots.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

namespace memres {
namespace {

constexpr std::size_t longest_owner = 128;
constexpr std::string_view in_quarantine = "-";

void write_owner(int file, std::string_view owner) {
  if (pwrite(file, owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size()) ||
      ftruncate(file, static_cast<off_t>(owner.size())) != 0)
    base::throw_errno("the record of a slot");
}

std::string read_owner(int file) {
  std::array<char, longest_owner> buffer{};
  const ssize_t size = pread(file, buffer.data(), buffer.size(), 0);
  if (size < 0) base::throw_errno("the record of a slot");
  return {buffer.data(), static_cast<std::size_t>(size)};
}

}  // namespace

void Slot::give_back() && {
  write_owner(lock_.fd(), {});
  base::UniqueFd done = lock_.release();
}

void Slot::quarantine() && {
  write_owner(lock_.fd(), in_quarantine);
  base::UniqueFd done = lock_.release();
}

std::string SlotTable::path(unsigned number) const {
  return fmt::format("{}/slot-{}", directory_, number);
}

std::optional<Slot> SlotTable::borrow() const {
  for (unsigned number = 0; number < count_; ++number) {
    auto lock = base::FileLock::try_acquire(path(number));
    if (lock && read_owner(lock->fd()).empty()) return Slot(number, std::move(*lock));
  }
  return std::nullopt;
}

std::optional<Slot> SlotTable::take(std::string_view owner) const {
  auto slot = borrow();
  if (slot) write_owner(slot->lock_.fd(), owner);
  return slot;
}

std::optional<Slot> SlotTable::take_again(std::string_view owner) const {
  for (const SlotUse& use : used()) {
    if (use.owner != owner) continue;
    auto lock = base::FileLock::try_acquire(path(use.number));
    if (!lock || read_owner(lock->fd()) != owner) return std::nullopt;
    return Slot(use.number, std::move(*lock));
  }
  return std::nullopt;
}

std::vector<SlotUse> SlotTable::used() const {
  std::vector<SlotUse> used;
  for (unsigned number = 0; number < count_; ++number) {
    const auto owner = base::try_read_file(path(number), longest_owner);
    if (!owner || owner->empty()) continue;
    used.push_back({number, *owner == in_quarantine ? std::string() : *owner});
  }
  return used;
}

}  // namespace memres
