#include "xen/xl_toolstack.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "xen/domain_traces.h"
#include "xen/host.h"
#include "xen/xl_config.h"
#include "xen/xl_list.h"

namespace xen {
namespace {

constexpr std::size_t output_limit = std::size_t{1} << 20;

void require_readable(std::string_view what, const std::string& path) {
  if (!path.empty() && ::access(path.c_str(), R_OK) != 0)
    throw base::errno_error(errno, fmt::format("{} {}", what, path));
}

// The configuration while xl reads it.
class ConfigFile {
 public:
  ConfigFile(const std::string& directory, const DomainConfig& config)
      : path_(fmt::format("{}/xl-{}.cfg", directory, config.uuid.text())) {
    base::replace_file(path_, xl_config(config), 0600);
  }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  ~ConfigFile() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string content(int fd) {
  base::rewind(fd);
  return base::read_to_end(fd, output_limit);
}

std::string program_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  auto found = find_xl();
  if (!found)
    throw base::Error(base::ErrorKind::not_found,
                      "xl is not installed (install the package xen-utils)");
  return *found;
}

}  // namespace

XlToolstack::XlToolstack(XenStore& store, XlOptions options)
    : store_(store), options_(std::move(options)) {}

std::string XlToolstack::run(const std::vector<std::string>& words, base::Milliseconds limit) {
  // Files take what xl writes without anybody having to read meanwhile.
  const base::UniqueFd out = base::memory_file("xl");
  const base::UniqueFd err = base::memory_file("xl");
  // A session of its own: Ctrl-C is ours to handle, not xl's.
  base::SpawnRequest request{.argv = {program_path(options_.program)},
                             .fds = {{out.get(), STDOUT_FILENO}, {err.get(), STDERR_FILENO}},
                             .new_session = true};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  if (options_.lock_fd >= 0) request.fds.emplace_back(options_.lock_fd, STDERR_FILENO + 1);
  base::log_debug("xl {}", base::join(words, " "));
  base::Child child = base::spawn(request);
  const auto status = child.wait(base::Deadline::after(limit));
  if (!status)
    throw base::Error(base::ErrorKind::unavailable,
                      fmt::format("xl {} does not come to an end", words[0]));
  const std::string complaints = content(err.get());
  if (!base::trim(complaints).empty()) base::log_debug("{}", base::printable(complaints, 4096));
  if (!status->ok()) throw xl_error(complaints).within("xl " + words[0]);
  return content(out.get());
}

DomainId XlToolstack::create(const DomainConfig& config) {
  require_readable("the guest's kernel", config.kernel);
  require_readable("the guest's initrd", config.ramdisk);
  const ConfigFile file(options_.directory, config);
  try {
    run({"create", "-p", "-q", "-e", file.path()}, options_.create_limit);
    base::failpoint("toolstack.created");
    return number_of(config.uuid);
  } catch (const base::Error&) {
    remove_attempt(config.uuid);
    throw;
  }
}

DomainId XlToolstack::number_of(const base::Uuid& uuid) {
  if (const auto number = domain_of(store_, uuid)) return *number;
  throw base::Error("xl made a domain that is not to be found in xenstore");
}

// What an xl that failed, or was ended by us, left of a domain. Whoever cleans up later by the UUID
// meets it again where this fails.
void XlToolstack::remove_attempt(const base::Uuid& uuid) {
  base::InterruptShield shield;
  try {
    if (auto left = find(uuid)) destroy(left->id);
  } catch (const base::Error& error) {
    base::log_debug("removing a half-made domain: {}", error.what());
  }
}

void XlToolstack::unpause(DomainId domain) { run({"unpause", to_string(domain)}, options_.limit); }

void XlToolstack::rename(DomainId domain, const std::string& name) {
  run({"rename", to_string(domain), name}, options_.limit);
}

bool XlToolstack::shutdown(DomainId domain, std::chrono::seconds grace) {
  const base::Deadline deadline = base::Deadline::after(grace);
  const auto releases = store_.watch(release_event);
  run({"shutdown", to_string(domain)}, options_.limit);
  for (;;) {
    while (releases->next()) {
    }
    auto info = find(domain);
    if (!info || has_ended(info->state)) return true;
    if (!base::wait_readable(releases->fd(), deadline)) return false;
  }
}

void XlToolstack::destroy(DomainId domain) {
  assert(domain != dom0);
  try {
    run({"destroy", to_string(domain)}, options_.limit);
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::interrupted || find(domain)) throw;
  }
}

std::optional<DomainInfo> XlToolstack::find(DomainId domain) {
  for (DomainInfo& info : list())
    if (info.id == domain) return std::move(info);
  return std::nullopt;
}

std::optional<DomainInfo> XlToolstack::find(const base::Uuid& uuid) {
  for (DomainInfo& info : list())
    if (info.uuid == uuid) return std::move(info);
  return std::nullopt;
}

std::vector<DomainInfo> XlToolstack::list() {
  std::vector<DomainInfo> domains = parse_xl_list(run({"list", "-v"}, options_.limit));
  std::erase_if(domains, [](const DomainInfo& info) { return info.id == dom0; });
  return domains;
}

}  // namespace xen
