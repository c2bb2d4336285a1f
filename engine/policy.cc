#include "engine/policy.h"

#include "engine/capabilities.h"
#include "engine/seccomp_profile.h"

namespace engine {
namespace {

std::vector<std::string> capability_names(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const std::string& word : words) names.push_back(capability_name(word));
  return names;
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

std::string seccomp_filter(const CreateRequest& request, const Policy& policy) {
  if (!request.seccomp && policy.privileged) return {};
  if (!request.seccomp)
    return compile_seccomp(default_seccomp_profile(), "the default profile", policy.capabilities);
  if (request.seccomp->empty()) return {};
  return compile_seccomp(*request.seccomp, "the seccomp profile", policy.capabilities);
}

}  // namespace engine
