// Where things lie and what containers get unless told otherwise: /etc/vxn/vxn.conf, then
// ~/.config/NAME/config, then the environment. KEY=VALUE lines, read as data, never as shell.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct Settings {
  std::string data_root;              // /var/lib/vxn, or $XDG_DATA_HOME/vxn without root
  std::string run_root;               // /run/vxn, or $XDG_RUNTIME_DIR/vxn
  std::string libexec;                // where vxn-monitor and vxn-image-worker are
  std::uint64_t memory = 256u << 20;  // bytes a container may use unless -m says
  std::uint64_t guest_memory = 0;     // bytes added for the guest's kernel and agent; 0: as much as
                                      // vxn-kernel has found it to need
  unsigned vcpus = 1;
  std::uint64_t storage_size = 10ull << 30;  // bytes of the writable disk (sparse)
  std::string guest_type;                    // "pv", "pvh", "" by itself
  std::string kernel;                        // id of a guest kernel, "" the current one
  std::string kernel_arguments;              // added to the guest's command line
  bool balloon_dom0 = false;                 // may xl take memory from dom0?
  std::string registry;                      // prefix for short names, "" the personality's
  std::vector<std::string> insecure_registries;
  std::optional<unsigned> downloads;  // blobs at a time; absent: as docker has it
  std::string ca_file;                // PEM
  std::string credentials_file;       // docker's config.json or podman's auth.json
  std::string arch;
  bool keep_blobs = true;  // do layers that were pulled stay as they came?
};

struct SettingKey {
  std::string_view name;     // "memory", "VXN_MEMORY" in the environment
  std::string_view meaning;  // one line for people
};
// Every key, for --help, info and docs.
const std::vector<SettingKey>& setting_keys();

// The place of the user's file: ~/.config/NAME/config.
std::string user_settings_path(std::string_view program);
// Reads all sources; `overrides` (from global flags, by key) win. Throws usage naming file, line
// and key for an unknown key or a value that does not fit.
Settings load_settings(std::string_view program,
                       const std::map<std::string, std::string>& overrides);

}  // namespace engine
