#include "engine/policy.h"

#include <fmt/core.h>

#include <utility>

#include "base/file.h"
#include "engine/capabilities.h"
#include "engine/seccomp_profile.h"
#include "guest-init/protocol/crc32c.h"

namespace engine {
namespace {

constexpr std::size_t most_filter = 64u << 10;
constexpr std::size_t instruction_size = 8;  // struct sock_filter

std::vector<std::string> capability_names(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  names.reserve(words.size());
  for (const std::string& word : words) names.push_back(capability_name(word));
  return names;
}

// Named by all that it follows from, so that another profile or library makes another one.
std::string default_filter(const std::string& directory, std::uint64_t capabilities) {
  const std::string_view profile = default_seccomp_profile();
  const std::string path = fmt::format("{}/{:08x}-{}-{:x}.bpf", directory,
                                       protocol::crc32c(0, profile.data(), profile.size()),
                                       seccomp_library(), capabilities);
  auto kept = base::try_read_file(path, most_filter);
  if (kept && !kept->empty() && kept->size() % instruction_size == 0) return std::move(*kept);
  std::string filter = compile_seccomp(profile, "the default profile", capabilities);
  base::make_directories(directory, 0700);
  base::replace_file(path, filter, 0600);
  return filter;
}

}  // namespace

Policy resolve_policy(Policy policy) {
  policy.added_capabilities = capability_names(policy.added_capabilities);
  policy.dropped_capabilities = capability_names(policy.dropped_capabilities);
  policy.capabilities =
      policy.privileged ? all_capabilities()
                        : capability_set(policy.added_capabilities, policy.dropped_capabilities);
  policy.unmasked = policy.unmasked || policy.privileged;
  return policy;
}

std::string seccomp_filter(const CreateRequest& request, const Policy& policy,
                           const std::string& data_root) {
  if (!request.seccomp)
    return policy.privileged ? "" : default_filter(data_root + "/seccomp", policy.capabilities);
  if (request.seccomp->empty()) return {};
  return compile_seccomp(*request.seccomp, "the seccomp profile", policy.capabilities);
}

}  // namespace engine
