// The verbs. Commands (cli) speak to this and to nothing below; nothing here knows of terminals,
// of personalities or of how results are worded.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/lock.h"
#include "base/progress.h"
#include "engine/container.h"
#include "engine/instances.h"
#include "engine/log_record.h"
#include "engine/processes.h"
#include "engine/registries.h"
#include "engine/requests.h"
#include "engine/settings.h"
#include "engine/terminal.h"
#include "engine/timing.h"
#include "image/image.h"
#include "image/image_store.h"
#include "image/reference.h"
#include "image/store_check.h"
#include "image/store_space.h"
#include "image/worker_client.h"

namespace engine {

// What the caller's descriptors are for the container.
struct Stdio {
  int input = -1;  // -1: none
  int output = 1;
  int error = 2;
  Terminal* terminal = nullptr;  // borrowed; where the container has one
  std::string detach_keys;       // as bytes; they act only with a terminal
  bool proxy_signals = true;     // ours are the container's while it runs
};

// How a container's start failed in the guest, so that the personality can word it.
struct StartFailure {
  int code = 125;     // 126, 127 or 125
  std::string stage;  // "exec", "user", "working directory", …
  int error_number = 0;
  std::string text;  // of the guest, for people
};

struct RunOutcome {
  int code = 0;           // exit status of the container
  bool detached = false;  // the user has left it, and it runs on
  std::optional<StartFailure> failure;
  std::string error;  // why, where the end was not the container's own; empty otherwise
  Timing timing;
};

// Whether somebody's descriptors are the container's.
enum class StartKind { attached, detached };

// What a request leaves open the container's record says.
struct StopRequest {
  std::optional<int> signal;
  std::optional<int> seconds;  // until SIGKILL; -1: for ever
};

// A further process in a container; what is empty is as the container has it.
struct ExecRequest {
  std::vector<std::string> command;
  std::vector<std::string> env;
  std::string working_directory;
  std::string user;
  bool interactive = false;
  bool terminal = false;
  bool privileged = false;  // with all capabilities, unfiltered
  bool beside = false;      // the container's files, the guest's everything else; privileged
};

struct LogRequest {
  bool follow = false;
  std::optional<std::uint64_t> tail;  // lines of what is there; absent: all
  std::optional<base::WallTime> since;
  std::optional<base::WallTime> until;
};
// Gets a record; one without text says that no more is there now.
using LogSink = std::function<void(const LogRecord& record)>;

struct HostReport {  // one line of `doctor`
  std::string what;
  bool ok = true;
  std::string found;
  std::string remedy;  // where not ok
};

struct HostInfo {  // for `info`
  unsigned containers = 0, running = 0, paused = 0, stopped = 0, images = 0;
  std::string hypervisor;    // "Xen 4.17.5", "" where there is none
  std::string guest_kernel;  // version, "" where there is none
  std::string operating_system, kernel, architecture, host_name;
  unsigned cpus = 0;
  std::uint64_t memory_total = 0, memory_free = 0;  // bytes; the hypervisor's where there is one
};

class Engine {
 public:
  // `names` and `files` are the personality's; the files are read once a registry counts.
  Engine(Settings settings, image::NameDefaults names, RegistryFiles files = {});
  ~Engine();

  const Settings& settings() const { return settings_; }

  // Finishes or undoes what dead processes left behind. Called by every verb that looks at
  // containers; cheap where there is nothing to do.
  void recover();

  // Throws usage for a short name that could be too many.
  image::Pulled pull(const PullRequest& request, base::Progress& progress);
  std::vector<image::Image> images();
  // What a text may be the name of, the best first. Throws usage where it is no name.
  std::vector<image::Reference> possible_names(const std::string& text);
  // nullopt: none has that name or id.
  std::optional<image::Image> image(const std::string& name_or_id);
  image::RemovedImage remove_image(const std::string& name_or_id, bool force);
  // Gives an image one more name, which has the tag "latest" where it has none.
  void tag_image(const std::string& name_or_id, const std::string& name);
  // Takes names of it away, all where there are none; the image stays. Throws not_found for a name
  // that it does not have.
  void untag_image(const std::string& name_or_id, const std::vector<std::string>& names);
  // What it is called in a registry that it is pushed to, "latest" where it has no tag. Throws
  // usage for an id without a destination.
  image::Reference push_target(const PushRequest& request);
  image::Pushed push(const PushRequest& request, base::Progress& progress);
  // Throws unsupported for a registry that cannot be searched, and as pull().
  std::vector<image::FoundImage> search(const SearchRequest& request);
  // The tags that a repository has in its registry, in its order.
  std::vector<std::string> registry_tags(const TagsRequest& request);
  // Asks the registry whether it takes them, then keeps them, in the file or by the program that it
  // names. Throws denied where it does not. True: the file has it.
  bool login(const LoginRequest& request);
  // False: there was none.
  bool logout(const LoginPlace& place);
  void logout_everywhere(const std::string& file);  // but what programs keep
  // The user.
  std::optional<std::string> logged_in(const LoginPlace& place);
  // To a blocking descriptor. Throws not_found before anything is written.
  void save(const SaveRequest& request, int output, base::Progress& progress);
  // What the images take on the disk.
  image::StoreSpace image_space();
  // Removes what nothing refers to of the images' store, and what killed pulls left.
  image::Collected collect_garbage();
  // Looks whether all of the store is as it should be, and mends it where that is asked for.
  std::vector<image::Finding> check_images(const CheckRequest& request, base::Progress& progress);
  // From a blocking descriptor. `platform` as PullRequest's.
  std::vector<image::Loaded> load(int archive, const std::string& platform,
                                  base::Progress& progress);
  // Throws usage for a name that cannot be before anything is read.
  image::Image import_image(const ImportRequest& request, base::Progress& progress);
  // Whatever lies at a path: an archive of images, an OCI image layout, the files of a root file
  // system, their tar, or the earlier implementation's images with their names. An image that is
  // left without a name is "imported:latest".
  std::vector<image::Loaded> vimport(const VimportRequest& request, base::Progress& progress);

  // Says that start_attached() or start() will follow: what needs no container begins now, beside
  // the rest. Throws denied or unavailable where this host can't run one.
  void prepare_start(StartKind kind);
  // Makes the record; pulls the image where the policy says so. Not started.
  Container create(const CreateRequest& request, base::Progress& progress);
  // The same of a directory.
  Container create(const DirectoryRequest& request);
  // Starts a process that stands for a created container from now on: it waits for start_held(),
  // has `stdio` (0, 1 and 2) as the container's, and ends when that does, with its exit status.
  // Returns its pid; whoever started us is to reap it.
  pid_t hold(const std::string& id, const std::array<int, 3>& stdio);
  // As start().
  std::optional<StartFailure> start_held(const std::string& id);
  // Whether it waits for that.
  bool is_held(const Container& container) const;

  // Starts it with `stdio` attached and waits for its end. Until it runs, SIGINT and SIGTERM cancel
  // (throws interrupted, and a provisional container is gone); from then on they go to it.
  RunOutcome start_attached(const std::string& id, const Stdio& stdio);

  // Attaches `stdio` to a running one and waits for its end, or until the user leaves it. Throws
  // failure where it does not run.
  RunOutcome attach(const std::string& name_or_id, const Stdio& stdio);
  // Runs a process in a running one with `stdio` attached and waits for its end. Our signals are
  // not passed on. Throws failure where the container does not run.
  RunOutcome exec(const std::string& name_or_id, const ExecRequest& request, const Stdio& stdio);
  // The same with nobody attached; returns once it runs, or how it could not be started.
  std::optional<StartFailure> exec_detached(const std::string& name_or_id,
                                            const ExecRequest& request);
  // Starts it with nobody attached; returns once its command runs, or how the guest could not start
  // it. One that runs stays as it is. Cancelled by SIGINT and SIGTERM as above.
  std::optional<StartFailure> start(const std::string& name_or_id);
  // Its stop signal, then, after its time, SIGKILL; returns once it has ended and is cleaned up,
  // and no restart policy starts it again. No error for one that does not run.
  void stop(const std::string& name_or_id, const StopRequest& request);
  // Sends a signal to its command; after SIGKILL it has ended. Neither after that nor after its
  // stop signal is it started again. Throws failure where it does not run.
  void kill(const std::string& name_or_id, int signal);
  // The guest's processors. Throw failure where there is nothing to be done.
  void pause(const std::string& name_or_id);
  void unpause(const std::string& name_or_id);
  // Waits for its end and returns its exit status; at once, with the last one or 0, for one that
  // does not run. The end of one that is started again by its restart policy is one. Throws
  // interrupted.
  int wait(const std::string& name_or_id);

  // Those of a running one. Throws failure where it does not run, unsupported where its guest is of
  // before there was such a list, corrupt where it tells nonsense.
  ProcessList processes(const std::string& name_or_id);

  // What it has said, the oldest first; with `follow` until it has ended. Throws unsupported where
  // it is not kept, interrupted.
  void logs(const std::string& name_or_id, const LogRequest& request, const LogSink& sink);

  std::vector<Container> containers();
  // As it is now, what a dead process left of it finished or undone. Throws not_found.
  Container container(const std::string& name_or_id);
  // The process of the host that stands for it: its monitor; 0 for one that does not run.
  int pid(const Container& container) const;
  // Where what it says is kept.
  std::string log_path(const std::string& id) const;
  // Throws denied-like failure for a running one without force ("… is running: …").
  void remove(const std::string& name_or_id, bool force);
  // Its domain's name follows. Throws already_exists where the name is taken.
  void rename(const std::string& name_or_id, const std::string& name);
  // What its files take on the disk, in bytes.
  std::uint64_t disk_usage(const ContainerConfig& config) const;

  // A memres: a guest that stays, for containers that may share one. Returns once it is ready;
  // false where it was running before, as it was started then.
  bool start_instance(const InstanceRequest& request);
  // Stops the containers in it as stop() does, then it. False where there was none. `seconds`:
  // until the containers are killed; -1: never.
  bool stop_instance(const std::string& name, int seconds);
  // Those that there are.
  std::vector<InstanceInfo> instances();
  // Throw not_found where it is not running.
  InstanceInfo instance(const std::string& name);
  std::string instance_log(const std::string& name);  // what its kernel has said; printable

  HostInfo info();
  std::vector<HostReport> doctor();

 private:
  // The image of a request, pulled where the policy says so.
  image::Image obtain(const CreateRequest& request, base::Progress& progress);
  std::optional<image::ImageSet> set_of(const std::string& text, const image::Image& image);
  image::Pulled pull_name(const image::Reference& name, const PullRequest& request,
                          base::Progress& progress);
  void tidy_images();
  // What the containers need of the images.
  std::vector<image::ImageUse> image_uses() const;
  // Removes it, where no container is in the way; what became of it.
  image::Finding discard(const image::BrokenImage& broken, bool force);
  // As it stands in its record. Throws not_found.
  Container known(const std::string& name_or_id);
  // Makes the record; its lock is ours.
  void record(Container& container, const std::string& seccomp_filter);
  base::FileLock take_lock(const ContainerConfig& config);
  void forget_start(const ContainerConfig& config);  // that failed
  struct Connected {
    Container container;
    base::UniqueFd connection;
  };
  // To the monitor of a container that runs.
  Connected connect(const std::string& name_or_id);
  // False where it does not run.
  bool signal(const ContainerConfig& config, int number);
  void retire(const ContainerConfig& config);
  void end_now(const Container& container, bool told);
  // Where the settings say so, the memres that the container may be in is started.
  void ensure_instance(const ContainerConfig& config);
  void recover_instances();
  void recover_instance(const std::string& name);
  void stop_containers(const std::vector<Container>& containers, int seconds);
  void set_paused(const std::string& name_or_id, bool paused);
  // Its exit status; nullopt where it has gone with its record. Throws unavailable at the deadline.
  std::optional<int> end_of(const std::string& id, const base::Deadline& deadline);
  bool ends_within(const std::string& id, const base::Deadline& deadline);

  struct Parts;
  Settings settings_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace engine
