#include "cli/resource_options.h"

#include <fmt/core.h>

#include "base/number_list.h"
#include "base/text.h"
#include "cli/tmpfs_option.h"

namespace cli {
namespace {

using Refusal = std::optional<std::string>;

constexpr std::size_t most_digits = 9;  // of billionths

Refusal invalid_size(std::string_view value) {
  return fmt::format("invalid size: '{}'", base::printable(value));
}

// None and 0 are the settings' default, as docker's is no limit.
Refusal set_memory(engine::CreateRequest& request, std::string_view value) {
  const auto bytes = base::parse_size(value);
  if (!bytes) return invalid_size(value);
  request.memory = bytes;
  if (*bytes == 0) request.memory.reset();
  return std::nullopt;
}

Refusal set_shm_size(engine::CreateRequest& request, std::string_view value) {
  const auto bytes = base::parse_size(value);
  if (!bytes) return invalid_size(value);
  request.shm_size = *bytes;
  return std::nullopt;
}

Refusal set_cpus(engine::CreateRequest& request, std::string_view value) {
  const auto cpus = parse_cpus(value);
  if (!cpus) return fmt::format("failed to parse {} as a rational number", base::printable(value));
  request.nano_cpus = *cpus;
  return std::nullopt;
}

Refusal set_cpuset(engine::CreateRequest& request, std::string_view value) {
  request.cpuset = value;
  if (value.empty()) return std::nullopt;
  if (base::count_listed(value)) return std::nullopt;
  return fmt::format("'{}' is no list like 0-2,4", base::printable(value));
}

Refusal set_pids_limit(engine::CreateRequest& request, std::string_view value) {
  const auto count = base::parse_number<std::int64_t>(value);
  if (!count || *count < -1) return "not a number, or -1 for no limit";
  request.pids_limit = *count > 0 ? static_cast<std::uint64_t>(*count) : 0;
  return std::nullopt;
}

Refusal add_tmpfs(engine::CreateRequest& request, std::string_view value) {
  return parse_tmpfs(value, request.tmpfs.emplace_back());
}

Refusal set_storage_option(engine::CreateRequest& request, std::string_view value) {
  constexpr std::string_view key = "size=";
  if (!value.starts_with(key))
    return fmt::format("unknown option '{}': there is only size", base::printable(value));
  const auto bytes = base::parse_size(value.substr(key.size()));
  constexpr std::uint64_t least = 16u << 20;
  if (!bytes || *bytes < least) return "size is less than 16m, or none";
  request.storage_size = bytes;
  return std::nullopt;
}

struct ResourceOption {
  std::string_view name;
  char letter;
  std::string_view type;
  std::string_view meaning;
  Refusal (*set)(engine::CreateRequest& request, std::string_view value);
};

constexpr ResourceOption resource_options[] = {
    {"memory", 'm', "bytes", "Memory that the container may use (64m, 1g)", set_memory},
    {"cpus", 0, "decimal", "Processors' time that the container may use (1.5)", set_cpus},
    {"cpuset-cpus", 0, "string", "Processors of the host that it may run on (0-2,4)", set_cpuset},
    {"pids-limit", 0, "int", "How many processes it may have; -1 for no limit", set_pids_limit},
    {"shm-size", 0, "bytes", "Size of /dev/shm (default 64m)", set_shm_size},
    {"tmpfs", 0, "list", "A file system in memory: PATH[:OPTIONS]", add_tmpfs},
    {"storage-opt", 0, "list", "size=SIZE of its writable disk", set_storage_option},
};

}  // namespace

std::optional<std::uint64_t> parse_cpus(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(point == text.size() ? point : point + 1));
  if (digits.size() > most_digits || text == "." || text.empty()) return std::nullopt;
  digits.resize(most_digits, '0');
  const std::string_view whole = text.substr(0, point);
  constexpr std::uint64_t most = 4096;
  const auto units =
      whole.empty() ? std::optional<std::uint64_t>(0) : base::parse_number<std::uint64_t>(whole);
  const auto billionths = base::parse_number<std::uint64_t>(digits);
  if (!units || !billionths || *units > most) return std::nullopt;
  return *units * 1'000'000'000 + *billionths;
}

void ResourceOptions::declare(Options& options, engine::CreateRequest& request) {
  for (const ResourceOption& option : resource_options)
    options.add({.name = option.name,
                 .letter = option.letter,
                 .type = option.type,
                 .meaning = option.meaning,
                 .set = [&request, set = option.set](std::string_view value) {
                   return set(request, value);
                 }});
}

}  // namespace cli
