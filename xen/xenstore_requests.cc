#include "xen/xenstore_requests.h"

#include <fmt/format.h>

#include <cerrno>

#include <xen/io/xs_wire.h>

#include "base/error.h"
#include "base/text.h"

namespace xen {
namespace {

std::string permissions_payload(const std::string& path, const Permissions& permissions) {
  std::string payload = xenstore_path(path);
  for (const std::string& word : base::split(to_string(permissions), ',')) payload += word + '\0';
  return payload;
}

// Nodes in order, each as one or two requests.
std::vector<XenStoreRequest> write_requests(const std::vector<Node>& nodes, std::uint32_t id) {
  std::vector<XenStoreRequest> requests;
  for (const Node& node : nodes) {
    requests.push_back({XS_WRITE, id, xenstore_path(node.path) + node.value});
    if (node.permissions)
      requests.push_back({XS_SET_PERMS, id, permissions_payload(node.path, *node.permissions)});
  }
  return requests;
}

// "a NUL b NUL"; nothing is named "".
std::vector<std::string> names(std::string_view payload) {
  std::vector<std::string> found;
  for (std::string& name : base::split(payload, '\0'))
    if (!name.empty()) found.push_back(std::move(name));
  return found;
}

}  // namespace

std::string xenstore_path(const std::string& path) {
  if (path.empty() || path.size() > xenstore_path_limit || path.find('\0') != std::string::npos)
    throw base::Error(base::ErrorKind::usage, "xenstore: no path: " + base::printable(path));
  return path + '\0';
}

std::optional<std::string> XenStoreRequests::read(const std::string& path) {
  XenStoreAnswer answer = connection_.ask({XS_READ, transaction_, xenstore_path(path)});
  if (answer.error == ENOENT) return std::nullopt;
  if (answer.error != 0) fail(answer.error, "reading", path);
  return std::move(answer.payload);
}

std::vector<std::string> XenStoreRequests::list(const std::string& path) {
  const XenStoreAnswer answer = connection_.ask({XS_DIRECTORY, transaction_, xenstore_path(path)});
  if (answer.error == ENOENT) return {};
  if (answer.error == E2BIG) return list_in_parts(path);
  if (answer.error != 0) fail(answer.error, "listing", path);
  return names(answer.payload);
}

// Each part begins with the directory's generation; the last one ends with an empty name.
std::vector<std::string> XenStoreRequests::list_in_parts(const std::string& path) {
  std::string all;
  std::string generation;
  for (;;) {
    const XenStoreAnswer answer =
        connection_.ask({XS_DIRECTORY_PART, transaction_,
                         xenstore_path(path) + fmt::format("{}", all.size()) + '\0'});
    if (answer.error != 0) fail(answer.error, "listing", path);
    const std::string now = answer.payload.c_str();
    const std::string part = answer.payload.substr(std::min(now.size() + 1, answer.payload.size()));
    if (!all.empty() && now != generation) {
      all.clear();  // it changed meanwhile: once more
      continue;
    }
    generation = now;
    all += part;
    if (part.empty() || all.ends_with(std::string_view("\0\0", 2))) return names(all);
  }
}

void XenStoreRequests::write_nodes(const std::vector<Node>& nodes) {
  const std::vector<XenStoreRequest> requests = write_requests(nodes, transaction_);
  const std::vector<XenStoreAnswer> answers = connection_.ask_all(requests);
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (answers[i].error != 0) fail(answers[i].error, "writing", requests[i].payload.c_str());
}

void XenStoreRequests::remove_all(const std::vector<std::string>& paths) {
  std::vector<XenStoreRequest> requests;
  requests.reserve(paths.size());
  for (const std::string& path : paths)
    requests.push_back({XS_RM, transaction_, xenstore_path(path)});
  const std::vector<XenStoreAnswer> answers = connection_.ask_all(requests);
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (answers[i].error != 0 && answers[i].error != ENOENT)
      fail(answers[i].error, "removing", paths[i]);
}

void XenStoreRequests::fail(int error, std::string_view verb, std::string_view path) const {
  if (error == EAGAIN && transaction_ != 0) throw XenStoreAgain{};
  throw base::errno_error(error, fmt::format("xenstore: {} {}", verb, base::printable(path)));
}

}  // namespace xen
