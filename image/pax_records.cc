#include "image/pax_records.h"

#include <map>

#include "base/text.h"

namespace image {

namespace {

constexpr std::string_view xattr_prefix = "SCHILY.xattr.";

// Takes "LENGTH KEYWORD=VALUE\n" off the front; the length counts all of it.
std::pair<std::string, std::string> take_record(std::string_view& body) {
  const std::size_t space = body.find(' ');
  const auto length = base::parse_number<std::size_t>(body.substr(0, space));
  if (space == std::string_view::npos || !length || *length > body.size() || *length < space + 3)
    tar_is_corrupt("a pax record has a wrong length");
  const std::string_view record = body.substr(space + 1, *length - space - 1);
  const std::size_t equals = record.find('=');
  if (record.back() != '\n' || equals == std::string_view::npos || equals == 0)
    tar_is_corrupt("a pax record is none");
  body.remove_prefix(*length);
  return {std::string(record.substr(0, equals)),
          std::string(record.substr(equals + 1, record.size() - equals - 2))};
}

}  // namespace

PaxRecords parse_pax_records(std::string_view body) {
  PaxRecords records;
  while (!body.empty()) records.push_back(take_record(body));
  return records;
}

std::optional<std::string> pax_text(const PaxRecords& records, std::string_view keyword) {
  for (auto record = records.rbegin(); record != records.rend(); ++record)
    if (record->first == keyword)
      return record->second.empty() ? std::nullopt : std::optional(record->second);
  return std::nullopt;
}

std::optional<std::int64_t> pax_number(const PaxRecords& records, std::string_view keyword) {
  const auto text = pax_text(records, keyword);
  if (!text) return std::nullopt;
  const std::size_t point = text->find('.');
  const std::string_view fraction =
      point == std::string::npos ? "" : std::string_view(*text).substr(point + 1);
  const auto whole = base::parse_number<std::int64_t>(text->substr(0, point));
  if (!whole || fraction.find_first_not_of("0123456789") != std::string_view::npos)
    tar_is_corrupt("a pax record has an impossible number");
  const bool below =
      text->front() == '-' && fraction.find_first_not_of('0') != std::string_view::npos;
  return below ? *whole - 1 : *whole;
}

std::vector<Xattr> pax_xattrs(const PaxRecords& records) {
  std::map<std::string, std::string> found;
  for (const auto& [keyword, value] : records)
    if (keyword.starts_with(xattr_prefix)) found[keyword.substr(xattr_prefix.size())] = value;
  std::vector<Xattr> xattrs;
  xattrs.reserve(found.size());
  for (auto& [name, value] : found) xattrs.push_back({.name = name, .value = std::move(value)});
  return xattrs;
}

PaxSparse pax_sparse_kind(const PaxRecords& records) {
  const auto major = pax_text(records, "GNU.sparse.major");
  const auto minor = pax_text(records, "GNU.sparse.minor");
  if (major == "1" && minor == "0") return PaxSparse::in_data;
  const bool old = pax_text(records, "GNU.sparse.map") || pax_text(records, "GNU.sparse.offset");
  if (!major && !minor) return old ? PaxSparse::in_records : PaxSparse::none;
  if (major == "0" && (minor == "0" || minor == "1")) return PaxSparse::in_records;
  tar_is_corrupt("a sparse file of unknown format");
}

std::vector<SparseExtent> pax_sparse_map(const PaxRecords& records) {
  std::vector<std::string> numbers;
  for (const auto& [keyword, value] : records) {
    if (keyword == "GNU.sparse.map") numbers = base::split(value, ',');
    const bool is_offset = keyword == "GNU.sparse.offset";
    if (!is_offset && keyword != "GNU.sparse.numbytes") continue;
    if ((numbers.size() % 2 == 0) != is_offset) tar_is_corrupt("a sparse map out of step");
    numbers.push_back(value);
  }
  if (numbers.size() % 2 != 0) tar_is_corrupt("a sparse map out of step");
  std::vector<SparseExtent> extents;
  for (std::size_t i = 0; i < numbers.size(); i += 2) {
    const auto offset = base::parse_number<std::uint64_t>(numbers[i]);
    const auto length = base::parse_number<std::uint64_t>(numbers[i + 1]);
    if (!offset || !length) tar_is_corrupt("a sparse map with an impossible number");
    extents.push_back({.offset = *offset, .length = *length});
  }
  return extents;
}

}  // namespace image
