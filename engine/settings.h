// Where things lie and what containers get unless told otherwise: /etc/vxn/vxn.conf, then
// ~/.config/NAME/config, then the environment. KEY=VALUE lines, read as data, never as shell.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/container.h"

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
  Isolation isolation = Isolation::automatic;  // of containers that do not say
  std::string instance = "default";            // the memres that is meant unless another is named
  bool auto_daemon = false;                    // is a memres started where one is wanted first?
  std::chrono::seconds idle_timeout{1800};     // of a memres without a container; 0: never
  std::uint64_t memres_memory = 512u << 20;    // bytes of a memres
  unsigned memres_slots = 64;                  // containers in a memres at once, at most
  bool keep_blobs = true;                      // do layers that were pulled stay as they came?
};

// The place of the user's file: ~/.config/NAME/config.
std::string user_settings_path(std::string_view program);
// Reads all sources; `overrides` (from global flags, by key) win. Throws usage naming file, line
// and key for an unknown key or a value that does not fit.
Settings load_settings(std::string_view program,
                       const std::map<std::string, std::string>& overrides);

struct LoadedSettings {
  Settings settings;
  // By key, of those that somebody has set: "FILE:LINE", "environment", "--KEY".
  std::map<std::string, std::string> sources;
};
LoadedSettings load_all_settings(std::string_view program,
                                 const std::map<std::string, std::string>& overrides);

// In the user's file, whose other lines stay as they are. Throw usage for a key that there is none
// of, or a value that does not fit.
void write_setting(std::string_view program, std::string_view key, std::string_view value);
// False: it was not there.
bool remove_setting(std::string_view program, std::string_view key);

}  // namespace engine
