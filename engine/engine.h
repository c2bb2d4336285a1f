// The verbs. Commands (cli) speak to this and to nothing below; nothing here knows of terminals,
// of personalities or of how results are worded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/container.h"
#include "engine/settings.h"
#include "image/image.h"
#include "image/image_store.h"
#include "image/reference.h"
#include "image/worker_client.h"

namespace engine {

enum class PullPolicy { missing, always, never };

struct PullRequest {
  std::string image;     // as typed
  std::string platform;  // "linux/arm64", "" the host's
  bool all_tags = false;
};

struct CreateRequest {
  std::string image;                                   // as typed
  std::vector<std::string> command;                    // after IMAGE
  std::optional<std::vector<std::string>> entrypoint;  // absent: the image's; empty: none
  std::vector<std::string> env;                        // NAME=VALUE, values already found
  std::string working_directory;
  std::string user;
  std::string hostname;
  std::string name;  // "" drawn by random_name()
  std::map<std::string, std::string> labels;
  bool interactive = false;
  bool terminal = false;
  bool read_only = false;
  bool init = false;
  bool auto_remove = false;
  bool provisional = false;
  std::optional<std::uint64_t> memory;  // bytes
  std::optional<unsigned> vcpus;
  std::string guest_type;
  std::string kernel;
  std::string platform;
  PullPolicy pull = PullPolicy::missing;
};

// One step of a start, for --timing: resolve, create, unpause, disks, kernel, init, connect,
// process, exit, cleanup. The disks are made while the kernel boots.
struct Step {
  std::string name;
  double milliseconds = 0;
};
struct Timing {
  std::vector<Step> steps;
  double total = 0;        // milliseconds from the request to the end of cleaning up
  unsigned processes = 0;  // forked by us
  unsigned xenstore_requests = 0;
};

// What the caller's descriptors are for the container.
struct Stdio {
  int input = -1;  // -1: none
  int output = 1;
  int error = 2;
};

// How a container's start failed in the guest, so that the personality can word it.
struct StartFailure {
  int code = 125;     // 126, 127 or 125
  std::string stage;  // "exec", "user", "working directory", …
  int error_number = 0;
  std::string text;  // of the guest, for people
};

struct RunOutcome {
  int code = 0;  // exit status of the container
  std::optional<StartFailure> failure;
  std::string error;  // why, where the end was not the container's own; empty otherwise
  Timing timing;
};

struct HostReport {  // one line of `doctor`
  std::string what;
  bool ok = true;
  std::string found;
  std::string remedy;  // where not ok
};

struct HostInfo {  // for `info`
  unsigned containers = 0, running = 0, stopped = 0, images = 0;
  std::string hypervisor;    // "Xen 4.17.5", "" where there is none
  std::string guest_kernel;  // version, "" where there is none
  std::string operating_system, kernel, architecture, host_name;
  unsigned cpus = 0;
  std::uint64_t memory_total = 0, memory_free = 0;  // bytes; the hypervisor's where there is one
};

class Engine {
 public:
  Engine(Settings settings, image::NameDefaults names);
  ~Engine();

  const Settings& settings() const { return settings_; }

  // Finishes or undoes what dead processes left behind. Called by every verb that looks at
  // containers; cheap where there is nothing to do.
  void recover();

  image::Pulled pull(const PullRequest& request, base::Progress& progress);
  std::vector<image::Image> images();
  image::RemovedImage remove_image(const std::string& name_or_id, bool force);

  // Says that start_attached() will follow: what needs no container begins now, beside the rest.
  // Throws denied or unavailable where this host can't run one.
  void prepare_start();
  // Makes the record; pulls the image where the policy says so. Not started.
  Container create(const CreateRequest& request, base::Progress& progress);
  // Starts it with `stdio` attached and waits for its end. Until it runs, SIGINT and SIGTERM cancel
  // (throws interrupted, and a provisional container is gone); from then on they go to it.
  RunOutcome start_attached(const std::string& id, const Stdio& stdio);

  std::vector<Container> containers();
  Container container(const std::string& name_or_id);  // throws not_found
  // Throws denied-like failure for a running one without force ("… is running: …").
  void remove(const std::string& name_or_id, bool force);

  HostInfo info();
  std::vector<HostReport> doctor();

 private:
  // The image of a request, pulled where the policy says so.
  image::Image obtain(const CreateRequest& request, base::Progress& progress);
  void tidy_images();

  struct Parts;
  Settings settings_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace engine
