// The settings by name: how each is read, and how it is written.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/settings.h"

namespace engine {

struct SettingKey {
  std::string_view name;                                    // "memory"
  std::string_view environment;                             // "VXN_MEMORY"
  std::string_view meaning;                                 // one line for people
  bool (*set)(Settings& settings, std::string_view value);  // false: it does not fit
  std::string (*show)(const Settings& settings);            // as set() takes it
};

// Every one, for --help, vconfig and docs.
std::span<const SettingKey> setting_keys();
// As it is written in a file or, as in the earlier vxn.conf, as the environment has it. nullptr:
// there is none.
const SettingKey* find_setting(std::string_view name);
// Why one of the earlier implementation has no effect any more; empty: it is no such.
std::string_view former_setting(std::string_view name);

}  // namespace engine
