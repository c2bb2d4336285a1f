#include "engine/log_record.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace engine {
namespace {

using base::Json;

constexpr const char* stream_names[] = {"stdout", "stderr"};

LogRecord read(const Json& json) {
  LogRecord record;
  record.stream = base::text_member(json, "stream") == stream_names[1] ? 2 : 1;
  record.time = base::parse_time(base::text_member(json, "time")).value_or(base::WallTime{});
  if (json.contains("base16"))
    record.text = base::from_json_bytes({{"base16", json.at("base16")}});
  else
    record.text = base::text_member(json, "log");
  if (const Json* ends = base::array_member(json, "ends"); ends && ends->size() == 2)
    for (std::size_t at = 0; at < 2; ++at) record.ends.at(at) = ends->at(at).get<std::uint64_t>();
  return record;
}

}  // namespace

std::string encode(const LogRecord& record) {
  const bool text = base::is_utf8(record.text);
  Json json = {{"log", text ? record.text : ""},
               {"stream", stream_names[record.stream == 2 ? 1 : 0]},
               {"time", base::format_time(record.time)},
               {"ends", record.ends}};
  if (!text) json["base16"] = base::hex(record.text);
  return base::dump_compact(json) + "\n";
}

std::optional<LogRecord> decode_log_record(std::string_view line) {
  if (line.size() > longest_log_line) return std::nullopt;
  try {
    const Json json = base::parse_json(line, "a log record", {.bytes = longest_log_line});
    if (!json.is_object()) return std::nullopt;
    return read(json);
  } catch (const base::Error&) {
    return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace engine
