#include "frontends/rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <variant>

#include "base/text.h"

namespace frontends {
namespace {

template <typename... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overload(Cases...) -> Overload<Cases...>;

constexpr std::size_t longest_text = 64u << 10;

std::string digest_under(const image::Image& image, const image::Reference& name) {
  for (const image::Reference& candidate : image.digests)
    if (candidate.name() == name.name() && candidate.digest()) return candidate.digest()->text();
  return "<none>";
}

}  // namespace

std::vector<NamedImage> named(const image::Image& image) {
  std::vector<NamedImage> rows;
  for (const image::Reference& tag : image.tags)
    rows.push_back({.image = &image, .name = tag, .digest = digest_under(image, tag)});
  if (!rows.empty()) return rows;
  for (const image::Reference& digest : image.digests)
    rows.push_back({.image = &image, .name = digest, .digest = digest_under(image, digest)});
  if (rows.empty()) rows.push_back({.image = &image, .name = std::nullopt, .digest = "<none>"});
  return rows;
}

std::string local_time(base::WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  std::array<char, 64> text{};
  if (::localtime_r(&seconds, &local) == nullptr) return "";
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S %z %Z", &local);
  return {text.data(), length};
}

std::string age(base::WallTime then, base::WallTime now) {
  return base::human_duration(std::chrono::duration_cast<std::chrono::seconds>(now - then));
}

std::string status(const engine::State& state, base::WallTime now) {
  return std::visit(
      Overload{[&](const engine::Running& running) {
                 return "Up " + age(running.started, now) + (running.paused ? " (Paused)" : "");
               },
               [&](const engine::Exited& exited) {
                 return fmt::format("{} ({}) {} ago",
                                    exited.restarting_in.empty() ? "Exited" : "Restarting",
                                    exited.code, age(exited.finished, now));
               },
               [](const auto&) { return std::string("Created"); }},
      state);
}

std::string size_text(const engine::ContainerConfig& config, const cli::RowContext& context) {
  if (context.sizes == nullptr) return "0B";
  const cli::ContainerSize& size = context.sizes->at(config.id);
  return fmt::format("{} (virtual {})", base::human_size(size.writable, 3),
                     base::human_size(size.whole, 3));
}

std::string command_line(const engine::ContainerConfig& config) {
  return base::printable(base::join(config.argv, " "), longest_text);
}

std::string label_list(const std::map<std::string, std::string>& labels) {
  std::string text;
  for (const auto& [key, value] : labels) {
    if (!text.empty()) text += ',';
    text.append(key).append("=").append(value);
  }
  return base::printable(text, longest_text);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::int64_t unix_seconds(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string short_time(base::WallTime time) {
  std::string text = base::format_time(time);
  text.erase(text.find_last_not_of("0Z") + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + "Z";
}

std::uint64_t size_in_podman(const image::Image& image) {
  return image.size_bytes + image.config_blob.bytes + 2 * image.manifest.bytes;
}

std::string spaced_size(std::uint64_t bytes) {
  std::string text = base::human_size(bytes);
  const std::size_t unit = text.find_first_not_of("0123456789.");
  return unit == std::string::npos ? text : text.insert(unit, " ");
}

std::string binary_size(std::uint64_t bytes) {
  constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
  return fmt::format("{:.4g}{}", size, units[unit]);
}

}  // namespace frontends
