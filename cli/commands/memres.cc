// `vmemres`, `memres`: guests that stay in memory, with room for several containers.
#include <fmt/core.h>

#include "base/error.h"
#include "cli/command_table.h"
#include "cli/instance_options.h"
#include "cli/stop_options.h"

namespace cli {
namespace {

constexpr int usual_patience = 10;  // seconds, as of `stop`

std::string shown_name(Context& context, const std::string& name) {
  return name.empty() ? context.engine().settings().instance : name;
}

std::string shown(Context& context, const std::string& name) {
  return fmt::format("memres \"{}\"", shown_name(context, name));
}

class StartMemres : public Command {
 public:
  void declare(Options& options) override { instance_.declare(options); }
  int run(Context& context) override {
    const bool fresh = context.engine().start_instance(instance_.request());
    context.out.line(shown(context, instance_.request().name) +
                     (fresh ? " is running" : " is running already"));
    return 0;
  }

 private:
  InstanceOptions instance_;
};

class StopMemres : public Command {
 public:
  void declare(Options& options) override {
    declare_instance(options, name_);
    options.add({.name = "time",
                 .letter = 't',
                 .type = "int",
                 .meaning = "Seconds until its containers are killed; -1: never (default 10)",
                 .set = seconds_setter(seconds_)});
  }
  int run(Context& context) override {
    const bool ran = context.engine().stop_instance(name_, seconds_.value_or(usual_patience));
    context.out.line(shown(context, name_) + (ran ? " is stopped" : " was not running"));
    return 0;
  }

 private:
  std::string name_;
  std::optional<int> seconds_;
};

// Anew as the settings and options say; the containers in it run again.
class RestartMemres : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(clean_, "clean", 0, "Remove the containers that are in it");
    instance_.declare(options);
  }
  int run(Context& context) override {
    engine::Engine& engine = context.engine();
    const std::string& name = instance_.request().name;
    const std::vector<std::string> inside = containers_in(engine, shown_name(context, name));
    engine.stop_instance(name, usual_patience);
    if (clean_) remove(engine, inside);
    engine.start_instance(instance_.request());
    if (!clean_) start(engine, inside);
    context.out.line(shown(context, name) + " is running");
    return 0;
  }

 private:
  static std::vector<std::string> containers_in(engine::Engine& engine, const std::string& name) {
    for (const engine::InstanceInfo& info : engine.instances())
      if (info.instance.config.name == name) return info.containers;
    return {};
  }

  // Those with --rm have gone.
  static void remove(engine::Engine& engine, const std::vector<std::string>& names) {
    for (const std::string& name : names) unless_gone([&] { engine.remove(name, true); });
  }
  static void start(engine::Engine& engine, const std::vector<std::string>& names) {
    for (const std::string& name : names) unless_gone([&] { engine.start(name); });
  }
  template <typename Work>
  static void unless_gone(Work work) {
    try {
      work();
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::not_found) throw;
    }
  }

  InstanceOptions instance_;
  bool clean_ = false;
};

class MemresLogs : public Command {
 public:
  void declare(Options& options) override { declare_instance(options, name_); }
  int run(Context& context) override {
    context.out.write(context.engine().instance_log(name_));
    return 0;
  }

 private:
  std::string name_;
};

}  // namespace

const CommandEntry memres_start_command{
    .name = "vmemres start",
    .aliases = "memres start",
    .group = "Commands",
    .summary = "Start a guest that stays, for containers that may share one",
    .usage = "[OPTIONS]",
    .examples =
        "{program} vmemres start\n"
        "{program} vmemres start -I ci -m 2g --idle-timeout 0",
    .takes = {},
    .interruptible = true,
    .make = make_command<StartMemres>,
};

const CommandEntry memres_stop_command{
    .name = "vmemres stop",
    .aliases = "memres stop",
    .group = "Commands",
    .summary = "Stop the containers of such a guest, and it",
    .usage = "[OPTIONS]",
    .examples = "",
    .takes = {},
    .interruptible = true,
    .make = make_command<StopMemres>,
};

const CommandEntry memres_restart_command{
    .name = "vmemres restart",
    .aliases = "memres restart",
    .group = "Commands",
    .summary = "Stop such a guest and start it again",
    .usage = "[OPTIONS]",
    .examples = "",
    .takes = {},
    .interruptible = true,
    .make = make_command<RestartMemres>,
};

const CommandEntry memres_logs_command{
    .name = "vmemres logs",
    .aliases = "memres logs",
    .group = "Commands",
    .summary = "Show what the kernel of such a guest has said",
    .usage = "[OPTIONS]",
    .examples = "",
    .takes = {},
    .make = make_command<MemresLogs>,
};

}  // namespace cli
