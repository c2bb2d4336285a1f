#include "frontends/top.h"

#include <algorithm>

#include "base/text.h"

namespace frontends {
namespace {

constexpr std::string_view podman_default = "user,pid,ppid,pcpu,etime,tty,time,args";

cli::TopRequest docker_request(const std::vector<std::string>& words) {
  return {cli::ps_request(words), cli::ps_columns()};
}

// podman takes its own names of columns, and ps(1)'s options where there are any.
cli::TopRequest podman_request(const std::vector<std::string>& words) {
  const bool options = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word.starts_with('-') || word == "aux";
  });
  if (options) return docker_request(words);
  if (words.empty()) return {base::split(podman_default, ','), cli::podman_columns()};
  cli::TopRequest request{.names = {}, .columns = cli::podman_columns()};
  for (const std::string& word : words)
    for (const std::string& name : base::split(word, ',')) request.names.push_back(name);
  return request;
}

}  // namespace

cli::TopStyle docker_top() {
  return {.request = docker_request,
          .unknown_column = "ps: error: unknown user-defined format specifier \"{name}\"",
          .table = {.least_width = 20, .padding = 3}};
}

cli::TopStyle podman_top() {
  return {.request = podman_request,
          .unknown_column = "unknown descriptor: '{name}'",
          .table = {.least_width = 12, .padding = 2}};
}

}  // namespace frontends
