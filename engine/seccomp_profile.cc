#include "engine/seccomp_profile.h"

#include <fmt/core.h>
#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/capabilities.h"
#include "image/platform.h"

namespace engine {
namespace {

using base::Json;

constexpr std::size_t most_bytes = 1u << 20;
constexpr unsigned most_errno = 4095;

struct Action {
  std::string_view name;
  std::uint32_t value;
  bool carries_errno = false;
};

constexpr Action actions[] = {
    {"SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD},
    {"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
    {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
    {"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
    {"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(EPERM), true},
    {"SCMP_ACT_TRACE", SCMP_ACT_TRACE(EPERM)},
    {"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
    {"SCMP_ACT_LOG", SCMP_ACT_LOG},
};

struct Comparison {
  std::string_view name;
  scmp_compare value;
};

constexpr Comparison comparisons[] = {
    {"SCMP_CMP_NE", SCMP_CMP_NE},
    {"SCMP_CMP_LT", SCMP_CMP_LT},
    {"SCMP_CMP_LE", SCMP_CMP_LE},
    {"SCMP_CMP_EQ", SCMP_CMP_EQ},
    {"SCMP_CMP_GE", SCMP_CMP_GE},
    {"SCMP_CMP_GT", SCMP_CMP_GT},
    {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
};

struct Architecture {
  std::string_view name;
  std::uint32_t token;
};

constexpr Architecture architectures[] = {
    {"SCMP_ARCH_X86", SCMP_ARCH_X86},         {"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64},
    {"SCMP_ARCH_X32", SCMP_ARCH_X32},         {"SCMP_ARCH_ARM", SCMP_ARCH_ARM},
    {"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64},
};

template <typename Entry, std::size_t size>
const Entry* entry_of(const Entry (&table)[size], std::string_view name) {
  const auto* found = std::find_if(std::begin(table), std::end(table),
                                   [&](const Entry& entry) { return entry.name == name; });
  return found == std::end(table) ? nullptr : found;
}

struct ReleaseFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

class Compiler {
 public:
  Compiler(std::string_view what, std::uint64_t capabilities)
      : what_(what), capabilities_(capabilities) {}

  std::string compile(const Json& profile) {
    if (!profile.is_object()) fail("not a profile");
    refuse(profile, "listenerPath");
    refuse(profile, "flags");
    default_ = action_of(profile, "defaultAction", "defaultErrnoRet");
    filter_.reset(seccomp_init(default_));
    require(filter_ ? 0 : -ENOMEM, "making a filter");
    require(seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimising");
    // What enables no new privileges is the process's own policy.
    require(seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_NNP, 0), "setting no_new_privs");
    add_architectures(profile);
    if (const Json* rules = base::array_member(profile, "syscalls"))
      for (const Json& rule : *rules) add(rule);
    return exported();
  }

 private:
  [[noreturn]] void fail(std::string_view why) const {
    throw base::Error(base::ErrorKind::corrupt, fmt::format("{}: {}", what_, why));
  }
  void require(int result, std::string_view step) const {
    if (result < 0) throw base::errno_error(-result, fmt::format("{}: {}", what_, step));
  }
  void refuse(const Json& profile, const char* key) const {
    const auto found = profile.find(key);
    if (found != profile.end() && !found->empty())
      throw base::Error(base::ErrorKind::unsupported,
                        fmt::format("{}: \"{}\" cannot be had in a guest", what_, key));
  }

  std::uint32_t action_of(const Json& object, const char* key, const char* errno_key) const {
    const std::string name = base::text_member(object, key);
    const Action* action = entry_of(actions, name);
    if (action == nullptr) fail(fmt::format("\"{}\" is not an action", base::printable(name)));
    const std::int64_t number = base::integer_member(object, errno_key, EPERM);
    if (number < 0 || number > most_errno) fail(fmt::format("\"{}\" is not an errno", errno_key));
    return action->carries_errno ? SCMP_ACT_ERRNO(static_cast<std::uint32_t>(number))
                                 : action->value;
  }

  // Those of the map's entry that is ours, or the list's.
  void add_architectures(const Json& profile) const {
    if (const Json* map = base::array_member(profile, "archMap"))
      for (const Json& entry : *map) {
        const Architecture* own = entry_of(architectures, base::text_member(entry, "architecture"));
        if (own != nullptr && own->token == seccomp_arch_native())
          add_architectures(base::list_member(entry, "subArchitectures"));
      }
    add_architectures(base::list_member(profile, "architectures"));
  }
  void add_architectures(const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      const Architecture* architecture = entry_of(architectures, name);
      if (architecture == nullptr) continue;  // of other machines
      const int result = seccomp_arch_add(filter_.get(), architecture->token);
      if (result != -EEXIST) require(result, "adding an architecture");
    }
  }

  // Of kernels no guest's is older than a profile asks for.
  bool applies(const Json& rule) const {
    static const Json none = Json::object();
    const Json* includes = base::object_member(rule, "includes");
    const Json* excludes = base::object_member(rule, "excludes");
    const std::string architecture = image::Platform::host().architecture;
    const auto names_us = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), architecture) != list.end();
    };
    const auto has = [&](const std::string& name) { return holds(capabilities_, name); };
    const auto wanted = base::list_member(includes != nullptr ? *includes : none, "arches");
    const auto needed = base::list_member(includes != nullptr ? *includes : none, "caps");
    const auto other = base::list_member(excludes != nullptr ? *excludes : none, "arches");
    const auto unless = base::list_member(excludes != nullptr ? *excludes : none, "caps");
    return (wanted.empty() || names_us(wanted)) && std::all_of(needed.begin(), needed.end(), has) &&
           !names_us(other) && std::none_of(unless.begin(), unless.end(), has);
  }

  std::vector<scmp_arg_cmp> arguments_of(const Json& rule) const {
    std::vector<scmp_arg_cmp> arguments;
    const Json* list = base::array_member(rule, "args");
    if (list == nullptr) return arguments;
    for (const Json& argument : *list) {
      const std::int64_t index = base::integer_member(argument, "index");
      const Comparison* comparison = entry_of(comparisons, base::text_member(argument, "op"));
      if (index < 0 || index > 5 || comparison == nullptr) fail("an argument that cannot be");
      arguments.push_back({.arg = static_cast<unsigned>(index),
                           .op = comparison->value,
                           .datum_a = number_member(argument, "value"),
                           .datum_b = number_member(argument, "valueTwo")});
    }
    return arguments;
  }
  std::uint64_t number_member(const Json& object, const char* key) const {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return 0;
    if (!found->is_number_integer()) fail(fmt::format("\"{}\" is not a number", key));
    return found->get<std::uint64_t>();
  }

  void add(const Json& rule) {
    if (!rule.is_object()) fail("a rule that is none");
    const std::uint32_t action = action_of(rule, "action", "errnoRet");
    const std::vector<scmp_arg_cmp> arguments = arguments_of(rule);
    std::vector<std::string> names = base::list_member(rule, "names");
    if (const std::string name = base::text_member(rule, "name"); !name.empty())
      names.push_back(name);
    if (action == default_ || !applies(rule)) return;
    for (const std::string& name : names) add(name, action, arguments);
  }

  // Two conditions on one argument cannot be had in one rule: either is enough then, as with runc.
  void add(const std::string& name, std::uint32_t action,
           const std::vector<scmp_arg_cmp>& arguments) const {
    const int number = seccomp_syscall_resolve_name(name.c_str());
    if (number == __NR_SCMP_ERROR) return;
    std::array<unsigned, 6> uses{};
    for (const scmp_arg_cmp& argument : arguments) ++uses[argument.arg];
    if (*std::max_element(uses.begin(), uses.end()) < 2) {
      require(seccomp_rule_add_array(filter_.get(), action, number,
                                     static_cast<unsigned>(arguments.size()), arguments.data()),
              "a rule for " + name);
      return;
    }
    for (const scmp_arg_cmp& argument : arguments)
      require(seccomp_rule_add_array(filter_.get(), action, number, 1, &argument),
              "a rule for " + name);
  }

  std::string exported() const {
    const base::UniqueFd file = base::memory_file("seccomp");
    require(seccomp_export_bpf(filter_.get(), file.get()), "the filter");
    return base::read_file(fmt::format("/proc/self/fd/{}", file.get()), most_bytes);
  }

  std::string_view what_;
  std::uint64_t capabilities_;
  std::uint32_t default_ = 0;
  std::unique_ptr<void, ReleaseFilter> filter_;
};

}  // namespace

std::string seccomp_library() {
  const scmp_version* version = seccomp_version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->micro);
}

std::string compile_seccomp(std::string_view profile, std::string_view what,
                            std::uint64_t capabilities) {
  return Compiler(what, capabilities).compile(base::parse_json(profile, what));
}

}  // namespace engine
