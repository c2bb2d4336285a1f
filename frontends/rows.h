// What both personalities take from images and containers for their lists.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cli/personality.h"
#include "engine/container.h"

namespace frontends {

// An image under one of its names. Without any it is "<none>".
struct NamedImage {
  const image::Image* image;
  std::optional<image::Reference> name;  // with a tag, or where there is none with a digest
  std::string digest;                    // "sha256:…" under that name, or "<none>"
};
std::vector<NamedImage> named(const image::Image& image);

// "2026-01-02 03:04:05 +0000 UTC": as Go prints a time, in the local zone.
std::string local_time(base::WallTime time);
// "5 minutes" from `then` to `now`.
std::string age(base::WallTime then, base::WallTime now);

// "4.1kB (virtual 1.2MB)"; "0B" where the sizes were not asked for.
std::string size_text(const engine::ContainerConfig& config, const cli::RowContext& context);
// "Created", "Up 5 minutes", "Exited (0) 5 minutes ago", "Restarting (1) 2 seconds ago".
std::string status(const engine::State& state, base::WallTime now);

// The command as one line of printable text.
std::string command_line(const engine::ContainerConfig& config);
// "a=1,b=2".
std::string label_list(const std::map<std::string, std::string>& labels);

// Of a variable, "" where it is not set.
std::string environment(const char* name);

std::int64_t unix_seconds(base::WallTime time);
// RFC 3339 as Go writes it: "2026-01-02T03:04:05.6Z", without zeros at the end of the fraction.
std::string short_time(base::WallTime time);

// What podman counts: the uncompressed layers, and the documents, the manifest under two names.
std::uint64_t size_in_podman(const image::Image& image);

// "1.99 MB", as podman has it.
std::string spaced_size(std::uint64_t bytes);
// "7.637GiB": four digits, powers of 1024 (go-units BytesSize).
std::string binary_size(std::uint64_t bytes);

}  // namespace frontends
