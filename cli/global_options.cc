#include "cli/global_options.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "base/file.h"
#include "base/text.h"

namespace cli {
namespace {

using Refusal = std::optional<std::string>;

std::string absolute(std::string_view path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

Refusal set_level(Globals& globals, std::string_view value) {
  constexpr std::string_view quiet[] = {"info", "warn", "warning", "error", "fatal", "panic"};
  const std::string level = base::lower(value);
  if (level == "debug" || level == "trace") {
    globals.debug = true;
  } else if (std::find(std::begin(quiet), std::end(quiet), level) == std::end(quiet)) {
    return "not a logging level";
  }
  return std::nullopt;
}

// docker's directory with config.json in it, or the file itself as the earlier implementation had
// it. A directory without that file has no credentials.
Refusal set_config(Globals& globals, std::string_view value) {
  const std::string path = absolute(value);
  if (!base::exists(path)) return "no such file or directory";
  const std::string file = base::is_directory(path) ? path + "/config.json" : path;
  globals.credentials = base::exists(file) ? file : "";
  return std::nullopt;
}

void add_to_list(std::string& list, std::string_view item) {
  if (!list.empty()) list += ',';
  list += item;
}

struct RefusedOption {
  std::string_view name;
  char letter;
  std::string_view reason;
};
constexpr RefusedOption refused_options[] = {
    // docker's and podman's
    {"host", 'H', "there is no daemon to talk to"},
    {"context", 'c', "there is no daemon to talk to"},
    {"connection", 0, "there is no daemon to talk to"},
    {"remote", 0, "there is no daemon to talk to"},
    {"url", 0, "there is no daemon to talk to"},
    {"tls", 0, "there is no daemon to talk to"},
    {"tlscacert", 0, "there is no daemon to talk to; for registries see --ca-cert"},
    {"tlscert", 0, "there is no daemon to talk to"},
    {"tlskey", 0, "there is no daemon to talk to"},
    {"tlsverify", 0, "there is no daemon to talk to"},
    {"runtime", 0, "every container is a Xen domain; there is no other runtime to choose"},
    {"storage-driver", 0, "layers are disk images; there is no driver to choose"},
    // of the earlier implementation
    {"state-dir", 0, "use --data-root, which holds images and containers"},
    {"config-dir", 0,
     "settings are read from ~/.config/PROGRAM/config; XDG_CONFIG_HOME moves them, and --config "
     "names credentials"},
    {"blob-dir", 0, "guest kernels are installed by vxn-kernel; choose one by run --kernel"},
    {"stateless", 0, "use run --rm, which leaves nothing behind"},
    {"storage", 0, "the image store is an OCI layout that skopeo and others can copy"},
    {"input-storage", 0, "the image store is an OCI layout that skopeo and others can copy"},
    {"no-network", 0, "no container has a network interface here; leave it out"},
    {"no-kvm", 0, "guests are Xen domains; nothing is emulated here"},
    {"registry-user", 0,
     "a password on the command line can be read by everybody; put it into "
     "config.json (--config)"},
    {"registry-password", 0, "it could be read by everybody; put it into config.json (--config)"},
    {"registry-pass", 0, "it could be read by everybody; put it into config.json (--config)"},
    {"interactive", 'i', "an option of run, to be given after it"},
    {"tty", 't', "an option of run, to be given after it"},
};

// Of the earlier implementation: what they ask for is always so.
constexpr std::string_view always_so[] = {"secure-registry"};

Option& add(Options& options, std::string_view name, char letter, std::string_view type,
            std::string_view meaning, Setter set) {
  return options.add(
      {.name = name, .letter = letter, .type = type, .meaning = meaning, .set = std::move(set)});
}

// An option whose value is a setting.
Option& add_setting(Options& options, Globals& globals, std::string_view name, std::string_view key,
                    std::string_view type, std::string_view meaning) {
  return add(options, name, 0, type, meaning, [&globals, key](std::string_view value) {
    globals.settings[std::string(key)] = value;
    return Refusal();
  });
}

void add_path(Options& options, Globals& globals, std::string_view name, std::string_view key,
              std::string_view meaning, bool hidden) {
  auto set = [&globals, key](std::string_view value) -> Refusal {
    if (value.empty()) return "not a path";
    globals.settings[std::string(key)] = absolute(value);
    return std::nullopt;
  };
  add(options, name, 0, "directory", meaning, std::move(set)).hidden = hidden;
}

void add_paths(Options& options, Globals& globals) {
  constexpr std::string_view data = "Where images and containers are kept";
  constexpr std::string_view run = "Where what lives only while containers run is kept";
  add_path(options, globals, "data-root", "data-root", data, false);
  add_path(options, globals, "root", "data-root", data, true);  // podman's names
  add_path(options, globals, "run-root", "run-root", run, false);
  add_path(options, globals, "runroot", "run-root", run, true);
  add(options, "config", 0, "path",
      "Credentials for registries: config.json, or the directory that holds it",
      [&globals](std::string_view value) { return set_config(globals, value); });
}

void add_registries(Options& options, Globals& globals) {
  add_setting(options, globals, "registry", "registry", "host",
              "Registry of image names that have none");
  add(options, "no-registry", 0, "", "", [&globals](std::string_view) {
    globals.settings["registry"] = "none";
    return Refusal();
  }).hidden = true;
  add(options, "insecure-registry", 0, "list",
      "Registry whose certificate is not checked and that may speak HTTP",
      [&globals](std::string_view value) {
        add_to_list(globals.settings["insecure-registries"], value);
        return Refusal();
      });
  add_setting(options, globals, "max-concurrent-downloads", "max-concurrent-downloads", "int",
              "Layers on their way at a time (3)");
  add_setting(options, globals, "ca-cert", "ca-cert", "file",
              "Certificate authorities to trust beside the system's");
  add_setting(options, globals, "arch", "arch", "string", "Architecture of images").letter = 'a';
}

void add_instances(Options& options, Globals& globals) {
  add_setting(options, globals, "instance", "instance", "string",
              "The memres that is meant (default \"default\")")
      .letter = 'I';
  add(options, "no-daemon", 0, "", "Containers get domains of their own, whatever memres is up",
      [&globals](std::string_view value) -> Refusal {
        const auto alone = parse_truth(value);
        if (!alone) return "not true or false";
        if (*alone) globals.settings["isolation"] = "vm";
        return std::nullopt;
      });
}

}  // namespace

void GlobalOptions::declare(Options& options) {
  options.group("Global Options");
  add_paths(options, globals);
  add_registries(options, globals);
  add_instances(options, globals);
  options.add_switch(globals.debug, "debug", 'D',
                     "Show each step, and keep what the guest's console says");
  options.add_switch(globals.debug, "verbose", 0, "").hidden = true;
  add(options, "log-level", 'l', "string", "debug, info, warn, error or fatal",
      [this](std::string_view value) { return set_level(globals, value); });
  options.add_switch(version, "version", 'v', "Print the version and quit");
  for (std::string_view name : always_so)
    add(options, name, 0, "", "", [](std::string_view) { return Refusal(); }).hidden = true;
  for (const RefusedOption& option : refused_options)
    options.add(
        {.name = option.name, .letter = option.letter, .hidden = true, .refused = option.reason});
}

}  // namespace cli
