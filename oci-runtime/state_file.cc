#include "oci-runtime/state_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace oci {
namespace {

constexpr std::size_t most_state = 4u << 20;
constexpr const char* file_name = "/state.json";

}  // namespace

bool valid_id(const std::string& id) {
  constexpr std::string_view marks = "_+.-";
  return !id.empty() && id.size() <= 1024 && id != "." && id != ".." &&
         std::all_of(id.begin(), id.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  marks.find(c) != std::string_view::npos;
         });
}

void StateFiles::reserve(const std::string& id) const {
  base::make_directories(root_, 0700);
  if (mkdir(directory(id).c_str(), 0700) == 0) return;
  if (errno == EEXIST)
    throw base::Error(base::ErrorKind::already_exists,
                      "container with id exists: " + base::printable(id));
  base::throw_errno(directory(id));
}

void StateFiles::write(const std::string& id, const StateFile& state) const {
  base::replace_file(directory(id) + file_name,
                     base::dump_json({{"container", state.container},
                                      {"pid", state.pid},
                                      {"bundle", state.bundle},
                                      {"ociVersion", state.oci_version},
                                      {"cgroup", state.cgroup},
                                      {"annotations", state.annotations}}),
                     0600, base::Durability::cached);
}

std::optional<StateFile> StateFiles::load(const std::string& id) const {
  if (!valid_id(id) || !base::is_directory(directory(id))) return std::nullopt;
  const std::string path = directory(id) + file_name;
  const auto text = base::try_read_file(path, most_state);
  if (!text) return StateFile{};
  const base::Json json = base::parse_json(*text, path);
  return StateFile{.container = base::text_member(json, "container"),
                   .pid = static_cast<pid_t>(base::integer_member(json, "pid")),
                   .bundle = base::text_member(json, "bundle"),
                   .oci_version = base::text_member(json, "ociVersion"),
                   .cgroup = base::text_member(json, "cgroup"),
                   .annotations = base::map_member(json, "annotations")};
}

StateFile StateFiles::require(const std::string& id) const {
  auto state = load(id);
  if (!state)
    throw base::Error(base::ErrorKind::not_found,
                      "container does not exist: " + base::printable(id));
  return *state;
}

void StateFiles::remove(const std::string& id) const { base::remove_tree(directory(id)); }

}  // namespace oci
