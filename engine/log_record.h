// A line of a container's log file: what one frame of its output held, in the format of docker's
// json-file driver, so that programs that know that one can read it:
//   {"log":"hello\n","stream":"stdout","time":"2026-…Z","ends":[6,0]}
// Beside docker's: "ends", how far each stream had come since the container's start with this
// record, so that who goes on writing after a death neither repeats nor loses a byte; and "base16",
// the bytes where they are not UTF-8 ("log" is then empty). A record is a frame, not a line: it may
// hold several lines, or a part of one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace engine {

struct LogRecord {
  std::uint8_t stream = 1;  // 1 stdout, 2 stderr
  base::WallTime time{};
  std::string text;
  std::array<std::uint64_t, 2> ends{};  // of stdout and stderr
  bool operator==(const LogRecord&) const = default;
};

// The longest line that encode() makes of a frame's payload.
inline constexpr std::size_t longest_log_line = std::size_t{1} << 20;

std::string encode(const LogRecord& record);  // with its newline
// Of a line without its newline; nullopt for what is none: one that was cut when a process died.
std::optional<LogRecord> decode_log_record(std::string_view line);

}  // namespace engine
