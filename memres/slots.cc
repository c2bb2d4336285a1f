#include "memres/slots.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

namespace memres {
namespace {

// Of one length, so that it is the one or the other for who reads it meanwhile.
constexpr std::size_t record_size = 128;
constexpr std::string_view in_quarantine = "-";
constexpr std::string_view file_prefix = "slot-";

// "OWNER DISK"; what there is none of is left out.
void write_record(int file, std::string_view owner, std::optional<unsigned> disk) {
  const std::string text = disk ? fmt::format("{} {}", owner, *disk) : std::string(owner);
  const std::string record = fmt::format("{:<{}}", text, record_size);
  if (record.size() != record_size ||
      pwrite(file, record.data(), record.size(), 0) != std::ssize(record))
    base::throw_errno("the record of a slot");
}

SlotUse parse(std::string_view record, unsigned number) {
  const std::vector<std::string> words = base::split(base::trim(record), ' ');
  SlotUse use{.number = number, .owner = words[0], .disk = {}};
  if (words.size() > 1) use.disk = base::parse_number<unsigned>(words[1]);
  return use;
}

SlotUse read_record(int file, unsigned number) {
  std::array<char, record_size> buffer{};
  const ssize_t size = pread(file, buffer.data(), buffer.size(), 0);
  if (size < 0) base::throw_errno("the record of a slot");
  return parse({buffer.data(), static_cast<std::size_t>(size)}, number);
}

}  // namespace

void Slot::use_disk(unsigned number) {
  write_record(lock_.fd(), owner_, number);
  disk_ = number;
}

void Slot::give_back() && {
  write_record(lock_.fd(), {}, std::nullopt);
  base::UniqueFd done = lock_.release();
}

void Slot::quarantine() && {
  write_record(lock_.fd(), in_quarantine, disk_);
  base::UniqueFd done = lock_.release();
}

std::string SlotTable::path(unsigned number) const {
  return fmt::format("{}/{}{}", directory_, file_prefix, number);
}

std::optional<Slot> SlotTable::borrow() const {
  for (unsigned number = 0; number < count_; ++number) {
    auto lock = base::FileLock::try_acquire(path(number));
    if (lock && read_record(lock->fd(), number).owner.empty())
      return Slot(number, std::move(*lock));
  }
  return std::nullopt;
}

std::optional<Slot> SlotTable::take(std::string_view owner) const {
  auto slot = borrow();
  if (!slot) return std::nullopt;
  write_record(slot->lock_.fd(), owner, std::nullopt);
  slot->owner_ = owner;
  return slot;
}

std::optional<Slot> SlotTable::take_again(std::string_view owner) const {
  for (const SlotUse& use : used()) {
    if (use.owner != owner) continue;
    auto lock = base::FileLock::try_acquire(path(use.number));
    const SlotUse now = lock ? read_record(lock->fd(), use.number) : SlotUse{};
    if (now.owner != owner) return std::nullopt;
    Slot slot(use.number, std::move(*lock));
    slot.owner_ = owner;
    slot.disk_ = now.disk;
    return slot;
  }
  return std::nullopt;
}

std::vector<SlotUse> SlotTable::used() const {
  std::vector<SlotUse> used;
  for (const unsigned number : numbered_files(directory_, file_prefix)) {
    const auto record = base::try_read_file(path(number), record_size);
    SlotUse use = record ? parse(*record, number) : SlotUse{};
    if (use.owner.empty()) continue;
    if (use.owner == in_quarantine) use.owner.clear();
    used.push_back(std::move(use));
  }
  return used;
}

std::vector<unsigned> numbered_files(const std::string& directory, std::string_view prefix) {
  std::vector<unsigned> numbers;
  for (const std::string& name : base::list_directory(directory)) {
    if (!name.starts_with(prefix)) continue;
    if (const auto number = base::parse_number<unsigned>(name.substr(prefix.size())))
      numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace memres
