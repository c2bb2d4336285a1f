#include "xen/xl_list.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace xen {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    at = std::min(line.find_first_not_of(" \t", at), line.size());
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    if (end > at) words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

// "rbpscd", a dash for what is not; the fifth letter tells why it shut down.
std::optional<DomainInfo::State> parse_state(std::string_view flags) {
  if (flags.size() != 6) return std::nullopt;
  using State = DomainInfo::State;
  if (flags[5] == 'd') return State::dying;
  if (flags[3] == 's') return flags[4] == 'c' ? State::crashed : State::shutdown;
  return flags[2] == 'p' ? State::paused : State::running;
}

// NAME ID MEM VCPUS STATE TIME UUID REASON LABEL; a name may have blanks, so from the UUID
// leftwards.
std::optional<DomainInfo> parse_line(std::string_view line) {
  const std::vector<std::string_view> words = words_of(line);
  for (std::size_t at = words.size(); at-- > 6;) {
    auto uuid = base::Uuid::parse(words[at]);
    if (!uuid) continue;
    auto id = base::parse_number<std::uint32_t>(words[at - 5]);
    auto memory = base::parse_number<std::uint64_t>(words[at - 4]);
    auto vcpus = base::parse_number<unsigned>(words[at - 3]);
    auto state = parse_state(words[at - 2]);
    auto seconds = base::parse_number<double>(words[at - 1]);
    if (!id || !memory || !vcpus || !state || !seconds) return std::nullopt;
    DomainInfo info{.id = {*id}, .uuid = *uuid, .state = *state};
    const auto name_end = static_cast<std::size_t>(words[at - 5].data() - line.data());
    info.name = base::trim(line.substr(0, name_end));
    // libxl_shutdown_reason, in hexadecimal: 1 is a reboot, 3 a crash, 4 the watchdog.
    const std::string_view reason = at + 1 < words.size() ? words[at + 1] : "";
    if (info.state == DomainInfo::State::shutdown) {
      info.reboot_wanted = reason == "1";
      if (reason == "3" || reason == "4") info.state = DomainInfo::State::crashed;
    }
    info.memory_mib = *memory;
    info.vcpus = *vcpus;
    info.cpu_time_ns = static_cast<std::uint64_t>(*seconds * 1e9);
    return info;
  }
  return std::nullopt;
}

// Takes "file.c:123: " or "file.c:123:function: " off the front, and "function: " after it.
std::string_view without_source(std::string_view line) {
  const std::size_t source = line.find(".c:");
  if (source == std::string_view::npos ||
      line.substr(0, source).find(' ') != std::string_view::npos)
    return line;
  line = line.substr(std::min(line.find(": ", source), line.size() - 2) + 2);
  const std::size_t word = line.find(": ");
  constexpr std::string_view identifier = "abcdefghijklmnopqrstuvwxyz0123456789_";
  if (word != std::string_view::npos && line.find_first_not_of(identifier) == word &&
      line.substr(0, word).find('_') != std::string_view::npos)
    line.remove_prefix(word + 2);
  return line;
}

std::string_view without(std::string_view prefix, std::string_view line) {
  return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
}

// "libxl: error: libxl_dom.c:123:function: Domain 7:The message" -> "The message", and
// "xc: error: panic: xg_dom.c:123: function: the message" -> "the message".
std::string_view without_prefixes(std::string_view line) {
  line.remove_prefix(std::min(line.find("error: ") + 7, line.size()));
  line = without_source(without("panic: ", line));
  const std::size_t colon = line.find(':');
  if (line.starts_with("Domain ") && colon != std::string_view::npos &&
      base::parse_number<unsigned>(line.substr(7, colon - 7)))
    line.remove_prefix(colon + 1);
  return base::trim(line);
}

struct Known {
  std::string_view words;  // in lower case, anywhere in the complaint
  base::ErrorKind kind;
  std::string_view message;  // empty: libxl's own
};
constexpr std::string_view no_memory = "Xen has too little free memory";
constexpr Known known_complaints[] = {
    {"already exists", base::ErrorKind::already_exists, "a domain of that name exists already"},
    {"segment kernel too large", base::ErrorKind::usage,
     "the domain's memory is too small for its kernel"},
    {"segment ramdisk too large", base::ErrorKind::usage,
     "the domain's memory is too small for its kernel"},
    {"failed to free memory", base::ErrorKind::unavailable, no_memory},
    {"allocate memory", base::ErrorKind::unavailable, no_memory},
    {"out of memory", base::ErrorKind::unavailable, no_memory},
    {"permission denied", base::ErrorKind::denied, ""},
    {"operation not permitted", base::ErrorKind::denied, ""},
    {"no such file", base::ErrorKind::not_found, ""},
};

// The cause: the first error, or the last line where none is called so.
std::string_view cause(std::string_view complaints) {
  complaints = base::trim(complaints);
  const std::size_t error = complaints.find("error: ");
  if (error != std::string_view::npos) {
    const std::size_t start = complaints.rfind('\n', error) + 1;
    return without_prefixes(
        base::trim(complaints.substr(start, complaints.find('\n', error) - start)));
  }
  return base::trim(complaints.substr(complaints.rfind('\n') + 1));
}

}  // namespace

std::vector<DomainInfo> parse_xl_list(std::string_view table) {
  std::vector<DomainInfo> domains;
  for (const std::string& line : base::split(table, '\n'))
    if (auto info = parse_line(line)) domains.push_back(std::move(*info));
  return domains;
}

base::Error xl_error(std::string_view complaints) {
  const std::string_view found = cause(complaints);
  const std::string message = found.empty() ? "it failed without a word" : base::printable(found);
  const std::string lower = base::lower(message);
  for (const Known& known : known_complaints)
    if (lower.find(known.words) != std::string::npos)
      return {known.kind, known.message.empty() ? message : std::string(known.message)};
  return base::Error(message);
}

}  // namespace xen
