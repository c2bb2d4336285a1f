// `vmemres status` and `vmemres list`: what memres there are, and how one is.
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/instance_options.h"
#include "cli/listing.h"
#include "cli/template.h"

namespace cli {
namespace {

std::string versions(unsigned lowest, unsigned highest) {
  return lowest == highest ? fmt::format("{}", lowest) : fmt::format("{}-{}", lowest, highest);
}

// What its guest says, where it does.
void add_use(base::Json& document, const engine::InstanceUse& use) {
  document["MemoryTotal"] = use.memory_total;
  document["MemoryAvailable"] = use.memory_available;
  document["MemoryUse"] = fmt::format(
      "{} of {} used",
      base::human_size(use.memory_total - std::min(use.memory_total, use.memory_available)),
      base::human_size(use.memory_total));
  document["GuestUptime"] = use.up.count();
  document["IdleLeft"] = use.idle_left ? base::Json(use.idle_left->count()) : base::Json(nullptr);
  document["GuestProtocol"] = versions(use.lowest_version, use.highest_version);
}

base::Json document_of(const engine::InstanceInfo& info) {
  const memres::Instance& instance = info.instance;
  base::Json document = {
      {"Name", instance.config.name},
      {"Domain", instance.domain_name()},
      {"Uuid", instance.domain.text()},
      {"Status", instance.ready ? "running" : "starting"},
      {"Started", base::format_time(instance.started)},
      {"Uptime", base::human_duration(std::chrono::duration_cast<std::chrono::seconds>(
                     base::wall_now() - instance.started))},
      {"Containers", info.containers.size()},
      {"Names", base::join(info.containers, ",")},
      {"Slots", instance.config.slots},
      {"UsedSlots", info.used_slots},
      {"Quarantined", info.quarantined},
      {"Memory", instance.config.memory},
      {"MemorySize", base::human_size(instance.config.memory)},
      {"Vcpus", instance.config.vcpus},
      {"Kernel", instance.config.kernel},
      {"IdleTimeout", instance.config.idle.count()},
      {"Room", nullptr},
      {"RoomLimit", ""},
      {"MemoryTotal", nullptr},
      {"MemoryAvailable", nullptr},
      {"MemoryUse", ""},
      {"GuestUptime", nullptr},
      {"IdleLeft", nullptr},
      {"GuestProtocol", ""},
      {"HostProtocol", versions(engine::lowest_guest_protocol, engine::highest_guest_protocol)},
  };
  if (info.use) add_use(document, *info.use);
  if (info.room) document["Room"] = info.room->containers;
  if (info.room) document["RoomLimit"] = info.room->limit;
  return document;
}

constexpr std::string_view status_text =
    "Name:         {{.Name}}\n"
    "Status:       {{.Status}}\n"
    "Domain:       {{.Domain}} ({{.Uuid}})\n"
    "Started:      {{.Started}} ({{.Uptime}} ago)\n"
    "Memory:       {{.MemorySize}}{{if .MemoryUse}} ({{.MemoryUse}}){{end}}\n"
    "Virtual CPUs: {{.Vcpus}}\n"
    "Containers:   {{.Containers}}{{if .Names}} ({{.Names}}){{end}}\n"
    "Slots:        {{.UsedSlots}} of {{.Slots}} used{{if .Quarantined}}, {{.Quarantined}} in "
    "quarantine{{end}}{{if .RoomLimit}}; room for {{.Room}} more, by its {{.RoomLimit}}{{end}}\n"
    "Idle timeout: {{if .IdleTimeout}}{{.IdleTimeout}} s{{else}}none{{end}}"
    "{{if .IdleLeft}}, {{.IdleLeft}} s left{{end}}\n"
    "Protocol:     host {{.HostProtocol}}, guest {{if .GuestProtocol}}{{.GuestProtocol}}"
    "{{else}}unknown{{end}}\n";

class MemresStatus : public Command {
 public:
  void declare(Options& options) override {
    declare_instance(options, name_);
    options.add_text(format_, "format", 0, "string", "Format: json, or a Go template");
    options.add_switch(timing_, "timing", 0, "Show how long each step of its start took");
  }
  int run(Context& context) override {
    const engine::InstanceInfo info = context.engine().instance(name_);
    if (timing_) return tell_timing(context, info);
    const base::Json document = document_of(info);
    if (format_.empty())
      context.out.write(Template(status_text).render(document));
    else if (format_ == "json")
      context.out.line(base::dump_compact(document));
    else
      context.out.line(Template(unescaped_format(format_)).render(document));
    return 0;
  }

 private:
  static int tell_timing(Context& context, const engine::InstanceInfo& info) {
    const auto line = [&](std::string_view what, double milliseconds) {
      context.out.line(fmt::format("{:<14}{:>9.1f} ms", what, milliseconds));
    };
    line("create", static_cast<double>(info.instance.made_in.count()));
    std::chrono::nanoseconds before{0};
    for (const auto& step : info.use ? info.use->steps : std::vector<engine::InstanceUse::Step>{}) {
      line("  " + step.name, static_cast<double>((step.end - before).count()) / 1e6);
      before = step.end;
    }
    line("boot", static_cast<double>(info.instance.booted_in.count()));
    return 0;
  }

  std::string name_;
  std::string format_;
  bool timing_ = false;
};

constexpr ColumnHeader headers[] = {
    {"Name", "NAME"},   {"Domain", "DOMAIN"},         {"Status", "STATUS"},
    {"Uptime", "UP"},   {"Containers", "CONTAINERS"}, {"UsedSlots", "USED"},
    {"Slots", "SLOTS"}, {"MemorySize", "MEMORY"},     {"Names", "NAMES"},
};
constexpr ListTexts list_texts{
    .table =
        "table {{.Name}}\t{{.Domain}}\t{{.Status}}\t{{.Uptime}}\t{{.Containers}}\t"
        "{{.Slots}}\t{{.MemorySize}}",
    .id_field = "Name",
    .headers = headers};

class ListMemres : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(quiet_, "quiet", 'q', "Show names only");
    options.add_text(format_, "format", 0, "string", "Format: table, json, or a Go template");
  }
  int run(Context& context) override {
    base::Json rows = base::Json::array();
    for (const engine::InstanceInfo& info : context.engine().instances())
      rows.push_back(document_of(info));
    std::string_view format = format_;
    if (format.empty() || format == "table") format = quiet_ ? "{{.Name}}" : list_texts.table;
    if (format == "json") format = "{{json .}}";
    print_rows(context, list_texts, rows, format);
    return 0;
  }

 private:
  bool quiet_ = false;
  std::string format_;
};

}  // namespace

const CommandEntry memres_status_command{
    .name = "vmemres status",
    .aliases = "memres status",
    .group = "Commands",
    .summary = "Show such a guest",
    .usage = "[OPTIONS]",
    .examples = "{program} vmemres status --format '{{.Containers}}'",
    .takes = {},
    .make = make_command<MemresStatus>,
};

const CommandEntry memres_list_command{
    .name = "vmemres list",
    .aliases = "memres list,vmemres ls,memres ls",
    .group = "Commands",
    .summary = "List such guests",
    .usage = "[OPTIONS]",
    .examples = "",
    .takes = {},
    .make = make_command<ListMemres>,
};

}  // namespace cli
