#include "base/resource_limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <iterator>

namespace base {
namespace {

struct LimitName {
  std::string_view name;
  unsigned resource;
};

constexpr LimitName names[] = {
    {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},         {"fsize", RLIMIT_FSIZE},
    {"locks", RLIMIT_LOCKS},       {"memlock", RLIMIT_MEMLOCK},
    {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},     {"nproc", RLIMIT_NPROC},
    {"rss", RLIMIT_RSS},           {"rtprio", RLIMIT_RTPRIO},
    {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK},
};

}  // namespace

std::optional<unsigned> parse_limit_name(std::string_view name) {
  const auto* found = std::find_if(std::begin(names), std::end(names),
                                   [&](const LimitName& entry) { return entry.name == name; });
  return found == std::end(names) ? std::nullopt : std::optional(found->resource);
}

std::string_view limit_name(unsigned resource) {
  const auto* found = std::find_if(std::begin(names), std::end(names), [&](const LimitName& entry) {
    return entry.resource == resource;
  });
  return found == std::end(names) ? std::string_view() : found->name;
}

}  // namespace base
