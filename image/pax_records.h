// The records of a pax extended header (POSIX.1-2001, "pax Extended Header"), and what they say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/tar_entries.h"
#include "image/tar_header.h"

namespace image {

// In order: the oldest sparse format (0.0) repeats keywords. Throws corrupt.
using PaxRecords = std::vector<std::pair<std::string, std::string>>;
PaxRecords parse_pax_records(std::string_view body);

// The last of that keyword; nullopt where it is absent or empty, which means the same.
std::optional<std::string> pax_text(const PaxRecords& records, std::string_view keyword);
// The same as a decimal number; a fraction is rounded down.
std::optional<std::int64_t> pax_number(const PaxRecords& records, std::string_view keyword);
// SCHILY.xattr.NAME, the last of each name, in order of names.
std::vector<Xattr> pax_xattrs(const PaxRecords& records);

// GNU.sparse.*
enum class PaxSparse {
  none,
  in_records,  // 0.0 and 0.1: the map is in the records
  in_data,     // 1.0: before the data
};
// Throws corrupt for a version of the format that is none of these.
PaxSparse pax_sparse_kind(const PaxRecords& records);
std::vector<SparseExtent> pax_sparse_map(const PaxRecords& records);

}  // namespace image
