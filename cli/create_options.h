// The options with which a container is made, and the request that they amount to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "cli/environment.h"
#include "cli/options.h"
#include "cli/policy_options.h"
#include "cli/pull_options.h"
#include "engine/engine.h"

namespace cli {

class CreateOptions {
 public:
  // The heading of what is said of the guest, in --help.
  static constexpr std::string_view guest_group = "Xen Options";

  // Binds to this object, which must stay where it is.
  void declare(Options& options);

  // Of a command line whose arguments are IMAGE [COMMAND] [ARG...]. Throws usage, in the
  // personality's words, for what cannot be.
  engine::CreateRequest request(const Context& context) const;
  // create_container(), and its id in a file where one is wanted. Throws already_exists where that
  // file is there.
  engine::Container create(Context& context, const engine::CreateRequest& request,
                           bool watched) const;

 private:
  using Refusal = std::optional<std::string>;

  void declare_container(Options& options);
  void declare_process(Options& options);
  void declare_environment(Options& options);
  void declare_image(Options& options);
  void declare_guest(Options& options);

  Refusal set_label(std::string_view value);
  std::map<std::string, std::string> labels() const;
  Refusal set_log_driver(std::string_view value);
  Refusal set_log_option(std::string_view value);
  Refusal set_isolation(std::string_view value);

  std::vector<std::string> environment() const;
  // What --read-only leaves writable.
  void add_writable(engine::CreateRequest& request, const Personality& personality) const;

  engine::CreateRequest request_;  // what an option says without more ado
  EnvironmentOptions environment_;
  PolicyOptions policy_;
  PullOptions pull_options_;
  std::vector<std::string> label_files_;
  std::string id_file_;
  std::optional<std::string> entrypoint_;
  std::string pull_ = "missing";
  std::string restart_;
  bool replace_ = false;
  bool host_environment_ = false;
  bool read_only_tmpfs_ = true;
  std::optional<bool> user_entry_;  // nullopt: as the personality has it
};

}  // namespace cli
