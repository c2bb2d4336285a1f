// What is asked of the engine when an image is fetched or a container made (engine/engine.h).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/container.h"
#include "image/archive.h"
#include "image/import_spec.h"
#include "image/search.h"
#include "image/short_names.h"

namespace engine {

enum class PullPolicy { missing, always, never };

// What one command says of the registry beside the settings, which it overrides.
struct RegistryAccess {
  std::string credentials_file;  // "": as the settings say
  std::string login;             // "USER:PASSWORD", before any file
  std::string certificates;      // a directory, as those of certs.d; "": those
  bool insecure = false;         // any certificate, and plain HTTP
};

// Told before a name is asked for; a short one may stand for several.
using NameListener = std::function<void(const image::NameCandidate& name)>;

struct PullRequest {
  std::string image;     // as typed
  std::string platform;  // "linux/arm64", "" the host's
  RegistryAccess access;
  NameListener trying = [](const image::NameCandidate&) {};
  bool all_platforms = false;  // of an index all that it names, to be pushed again as it is
};

struct PushRequest {
  std::string image;        // as typed: a name or an id
  std::string destination;  // as typed; "" the image's name
  RegistryAccess access;
};

// Where a login is kept.
struct LoginPlace {
  std::string file;  // docker's config.json or podman's auth.json
  std::string key;   // the registry's name there
};

struct LoginRequest {
  std::string registry;  // "HOST[:PORT]"
  std::string user;
  std::string password;
  RegistryAccess access;  // without a login
  LoginPlace place;
};

struct SearchRequest {
  std::string registry;  // "HOST[:PORT]", "": that of names without one
  image::SearchQuery query;
  RegistryAccess access;
};

struct TagsRequest {
  std::string repository;  // as typed; a tag does not count
  unsigned limit = 25;
  RegistryAccess access;
};

struct SaveRequest {
  std::vector<std::string> images;  // as typed: names or ids
  image::ArchiveFormat format = image::ArchiveFormat::docker;
  bool whole_repositories = false;  // a name without a tag is all of that name
};

// Of a root file system's tar.
struct ImportRequest {
  int archive = -1;        // blocking: a file, a pipe
  std::string url;         // instead, where it is not empty
  std::string name;        // as typed; "" none
  std::string platform;    // of the image; "" the settings', else the host's
  image::ImportSpec spec;  // the platform apart
};

struct VimportRequest {
  std::string path;
  std::string name;        // as typed, of the one image that there is; "" as what is there says
  std::string platform;    // to take, and of a root file system; "" as above
  image::ImportSpec spec;  // of a root file system
};

struct CheckRequest {
  bool quick = false;   // image::CheckOptions'
  bool repair = false;  // the same; and images that nothing here can mend are removed
  bool force = false;   // with the containers that use them, unless these run
};

struct CreateRequest {
  std::string image;                                   // as typed
  std::vector<std::string> command;                    // after IMAGE
  std::optional<std::vector<std::string>> entrypoint;  // absent: the image's; empty: none
  std::vector<std::string> env;                        // NAME=VALUE, values already found
  std::vector<std::string> own_env;                    // ours, before the image's and env
  std::vector<std::string> unset_env;                  // names that the image's are taken from
  bool unset_all_env = false;                          // nothing of the image's, nor of ours
  std::string working_directory;
  std::string user;
  std::string hostname;
  std::string name;  // "" drawn by random_name()
  std::map<std::string, std::string> labels;
  bool interactive = false;
  bool terminal = false;
  bool read_only = false;
  bool init = false;
  bool user_entry = false;  // ContainerConfig's
  bool auto_remove = false;
  bool provisional = false;
  LogConfig log;
  RestartPolicy restart;
  Policy policy;  // of its capabilities: what is added and dropped; the rest follows
  // A profile as JSON; "": no filter; absent: docker's default.
  std::optional<std::string> seccomp;
  std::vector<protocol::TmpfsMount> tmpfs;
  std::map<std::string, std::string> sysctls;
  std::map<std::string, std::string> annotations;
  std::uint64_t shm_size = 0;
  std::uint64_t pids_limit = 0;
  std::uint64_t nano_cpus = 0;
  std::string cpuset;
  std::optional<std::uint64_t> storage_size;  // bytes
  std::optional<int> stop_signal;
  std::optional<int> stop_timeout;      // seconds; -1: for ever
  std::optional<std::uint64_t> memory;  // bytes
  std::optional<unsigned> vcpus;
  std::string guest_type;
  std::string kernel;
  std::optional<Isolation> isolation;  // absent: as the settings say
  std::string instance;                // the memres that is meant; "": the default one
  std::string platform;
  RegistryAccess access;
  NameListener trying = [](const image::NameCandidate&) {};
  PullPolicy pull = PullPolicy::missing;
};

// A file of the host that stands in a container at `target`, as a copy.
struct CopiedFile {
  std::string source;
  std::string target;
};

// A container whose files somebody else has put together in a directory of the host.
struct DirectoryRequest {
  std::string directory;          // read once, when the container is made
  std::vector<CopiedFile> files;  // above what is there
  // What the caller decides; id, disks and placement follow, as does what is 0 of memory. Where the
  // name is taken, a random one takes its place.
  ContainerConfig config;
  std::string seccomp;  // a profile as JSON; "": no filter
};

}  // namespace engine
