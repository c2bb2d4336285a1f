// The policy in a container's record.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/policy.h"

namespace engine {

using base::Json;

Json policy_to_json(const Policy& policy) {
  Json limits = Json::array();
  for (const protocol::ResourceLimit& limit : policy.limits)
    limits.push_back({{"resource", limit.resource}, {"soft", limit.soft}, {"hard", limit.hard}});
  Json record = {{"capabilities", policy.capabilities},
                 {"no_new_privileges", policy.no_new_privileges},
                 {"unmasked", policy.unmasked},
                 {"filtered", policy.filtered},
                 {"umask", policy.umask},
                 {"groups", policy.groups},
                 {"limits", std::move(limits)},
                 {"privileged", policy.privileged},
                 {"added_capabilities", policy.added_capabilities},
                 {"dropped_capabilities", policy.dropped_capabilities},
                 {"security_options", policy.security_options}};
  if (policy.oom_score_adj) record["oom_score_adj"] = *policy.oom_score_adj;
  return record;
}

namespace {

// Up to the last of 64 bits, which have no sign.
std::uint64_t bits_member(const Json& object, const char* key, std::uint64_t fallback,
                          std::string_view what) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if (!found->is_number_unsigned())
    throw base::Error(base::ErrorKind::corrupt, fmt::format("{}: \"{}\" is no number", what, key));
  return found->get<std::uint64_t>();
}

}  // namespace

Policy policy_from_json(const Json* record, std::string_view what) {
  Policy policy;
  if (record == nullptr) return policy;
  policy.capabilities = bits_member(*record, "capabilities", policy.capabilities, what);
  policy.no_new_privileges = base::bool_member(*record, "no_new_privileges");
  policy.unmasked = base::bool_member(*record, "unmasked");
  policy.filtered = base::bool_member(*record, "filtered");
  policy.umask = static_cast<std::uint32_t>(bits_member(*record, "umask", policy.umask, what));
  policy.groups = base::list_member(*record, "groups");
  if (const Json* limits = base::array_member(*record, "limits"))
    for (const Json& limit : *limits)
      policy.limits.push_back(
          {.resource = static_cast<std::uint32_t>(bits_member(limit, "resource", 0, what)),
           .soft = bits_member(limit, "soft", 0, what),
           .hard = bits_member(limit, "hard", 0, what)});
  if (record->contains("oom_score_adj"))
    policy.oom_score_adj = static_cast<int>(base::integer_member(*record, "oom_score_adj"));
  policy.privileged = base::bool_member(*record, "privileged");
  policy.added_capabilities = base::list_member(*record, "added_capabilities");
  policy.dropped_capabilities = base::list_member(*record, "dropped_capabilities");
  policy.security_options = base::list_member(*record, "security_options");
  return policy;
}

Json tmpfs_to_json(const std::vector<protocol::TmpfsMount>& mounts) {
  Json list = Json::array();
  for (const protocol::TmpfsMount& mount : mounts)
    list.push_back({{"target", base::to_json_bytes(mount.target)},
                    {"flags", mount.flags},
                    {"options", base::to_json_bytes(mount.options)}});
  return list;
}

std::vector<protocol::TmpfsMount> tmpfs_from_json(const Json* record) {
  std::vector<protocol::TmpfsMount> mounts;
  if (record == nullptr) return mounts;
  for (const Json& mount : *record)
    mounts.push_back({.target = base::from_json_bytes(mount.at("target")),
                      .flags = static_cast<std::uint32_t>(base::integer_member(mount, "flags")),
                      .options = base::from_json_bytes(mount.at("options"))});
  return mounts;
}

}  // namespace engine
