#include "cli/process_columns.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.h"

namespace cli {
namespace {

using Facts = ProcessFacts;
using std::chrono::seconds;

std::string number(std::int64_t value) { return fmt::format("{}", value); }

std::int64_t seconds_of(base::Milliseconds time) {
  return std::chrono::duration_cast<seconds>(time).count();
}

base::Milliseconds life(const Facts& facts) {
  const auto age = facts.now - facts.process.started;
  return std::max(std::chrono::duration_cast<base::Milliseconds>(age), base::Milliseconds(1));
}

// [[dd-]hh:]mm:ss, with hours in any case where `whole`.
std::string clock_text(std::int64_t time, bool whole) {
  const std::int64_t days = time / 86'400;
  const std::int64_t hours = time / 3600 % 24;
  std::string text = days > 0 ? fmt::format("{}-", days) : "";
  if (whole || days > 0 || hours > 0) text += fmt::format("{:02}:", hours);
  return text + fmt::format("{:02}:{:02}", time / 60 % 60, time % 60);
}

double cpu_share(const Facts& facts) {
  return 100.0 * static_cast<double>(facts.process.cpu.count()) /
         static_cast<double>(life(facts).count());
}

std::string user(const Facts& facts) { return facts.process.user; }
std::string uid(const Facts& facts) { return number(facts.process.uid); }
std::string pid(const Facts& facts) { return number(facts.process.pid); }
std::string parent(const Facts& facts) { return number(facts.process.parent); }
std::string group(const Facts& facts) { return number(facts.process.group); }
std::string session(const Facts& facts) { return number(facts.process.session); }
std::string nice(const Facts& facts) { return number(facts.process.nice); }
std::string threads(const Facts& facts) { return number(facts.process.threads); }
std::string state(const Facts& facts) { return facts.process.state; }
std::string name(const Facts& facts) { return facts.process.name; }
std::string command(const Facts& facts) { return facts.process.command; }
std::string share(const Facts& facts) {
  return fmt::format("{:.0f}", std::min(cpu_share(facts), 99.0));
}
std::string precise_share(const Facts& facts) { return fmt::format("{:.1f}", cpu_share(facts)); }
std::string virtual_size(const Facts& facts) { return number(facts.process.virtual_bytes >> 10); }
std::string resident_size(const Facts& facts) { return number(facts.process.resident_bytes >> 10); }
std::string cpu_time(const Facts& facts) { return clock_text(seconds_of(facts.process.cpu), true); }
std::string elapsed(const Facts& facts) { return clock_text(seconds_of(life(facts)), false); }
std::string elapsed_seconds(const Facts& facts) { return number(seconds_of(life(facts))); }

std::string memory_share(const Facts& facts) {
  const double all = facts.memory > 0 ? static_cast<double>(facts.memory) : 1;
  return fmt::format("{:.1f}", 100.0 * static_cast<double>(facts.process.resident_bytes) / all);
}

// proc(5): minor in bits 31-20 and 7-0, major in bits 15-8; 136…143 are pseudo-terminals.
std::string terminal(const Facts& facts) {
  const std::int64_t device = facts.process.terminal;
  constexpr std::int64_t first_pts = 136;
  constexpr std::int64_t last_pts = 143;
  const std::int64_t major = device >> 8 & 0xff;
  const std::int64_t minor = (device >> 12 & 0xfff00) | (device & 0xff);
  if (major < first_pts || major > last_pts) return "?";
  return fmt::format("pts/{}", (major - first_pts) * 256 + minor);
}

// The hour of today, else the day.
std::string start_time(const Facts& facts) {
  const std::time_t then = std::chrono::system_clock::to_time_t(facts.process.started);
  const bool recent = facts.now - facts.process.started < std::chrono::hours(24);
  std::tm local{};
  std::array<char, 16> text{};
  if (::localtime_r(&then, &local) == nullptr) return "?";
  const std::size_t size =
      std::strftime(text.data(), text.size(), recent ? "%H:%M" : "%b%d", &local);
  return {text.data(), size};
}

// Go's way to write durations: "1h2m3.4s", "0s".
std::string go_duration(base::Milliseconds time) {
  const std::int64_t whole = seconds_of(time);
  const std::int64_t rest = time.count() % 1000;
  std::string text;
  if (whole >= 3600) text += fmt::format("{}h", whole / 3600);
  if (whole >= 60) text += fmt::format("{}m", whole / 60 % 60);
  std::string fraction = rest == 0 ? "" : fmt::format(".{:03}", rest);
  while (fraction.ends_with('0')) fraction.pop_back();
  return text + fmt::format("{}{}s", whole % 60, fraction);
}

std::string go_elapsed(const Facts& facts) { return go_duration(life(facts)); }
std::string go_cpu_time(const Facts& facts) { return go_duration(facts.process.cpu); }
std::string go_share(const Facts& facts) { return fmt::format("{:.3f}", cpu_share(facts)); }

constexpr std::array ps_table = {
    ProcessColumn{"user,uname,euser,ruser", "USER", user},
    ProcessColumn{"uid_name", "UID", user},
    ProcessColumn{"uid,euid,ruid", "UID", uid},
    ProcessColumn{"pid,tgid", "PID", pid},
    ProcessColumn{"ppid", "PPID", parent},
    ProcessColumn{"pgid,pgrp", "PGID", group},
    ProcessColumn{"sid,sess,session", "SID", session},
    ProcessColumn{"c", "C", share},
    ProcessColumn{"pcpu,%cpu", "%CPU", precise_share},
    ProcessColumn{"pmem,%mem", "%MEM", memory_share},
    ProcessColumn{"vsz,vsize", "VSZ", virtual_size},
    ProcessColumn{"rss,rssize,rsz", "RSS", resident_size},
    ProcessColumn{"tty,tt,tname", "TTY", terminal},
    ProcessColumn{"stat,s,state", "STAT", state},
    ProcessColumn{"start,start_time", "START", start_time},
    ProcessColumn{"stime", "STIME", start_time},
    ProcessColumn{"time,cputime", "TIME", cpu_time},
    ProcessColumn{"etime", "ELAPSED", elapsed},
    ProcessColumn{"etimes", "ELAPSED", elapsed_seconds},
    ProcessColumn{"nlwp,thcount", "NLWP", threads},
    ProcessColumn{"ni,nice", "NI", nice},
    ProcessColumn{"comm,ucmd,ucomm", "COMMAND", name},
    ProcessColumn{"args,command", "COMMAND", command},
    ProcessColumn{"cmd", "CMD", command},
};

constexpr std::array podman_table = {
    ProcessColumn{"user", "USER", user},       ProcessColumn{"pid", "PID", pid},
    ProcessColumn{"ppid", "PPID", parent},     ProcessColumn{"pgid", "PGID", group},
    ProcessColumn{"pcpu", "%CPU", go_share},   ProcessColumn{"etime", "ELAPSED", go_elapsed},
    ProcessColumn{"tty", "TTY", terminal},     ProcessColumn{"time", "TIME", go_cpu_time},
    ProcessColumn{"args", "COMMAND", command}, ProcessColumn{"comm", "COMMAND", name},
    ProcessColumn{"nice", "NI", nice},         ProcessColumn{"state", "STATE", state},
    ProcessColumn{"vsz", "VSZ", virtual_size}, ProcessColumn{"rss", "RSS", resident_size},
};

}  // namespace

std::span<const ProcessColumn> ps_columns() { return ps_table; }
std::span<const ProcessColumn> podman_columns() { return podman_table; }

const ProcessColumn* find_column(std::span<const ProcessColumn> columns, std::string_view name) {
  for (const ProcessColumn& column : columns) {
    const std::vector<std::string> names = base::split(column.names, ',');
    if (std::find(names.begin(), names.end(), name) != names.end()) return &column;
  }
  return nullptr;
}

}  // namespace cli
