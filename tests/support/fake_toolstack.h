// A toolstack whose domains are entries of a list.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "xen/toolstack.h"

namespace testing_support {

class FakeToolstack : public xen::Toolstack {
 public:
  std::vector<xen::DomainInfo> domains;
  std::vector<xen::DomainConfig> created;  // what create() was asked for
  std::vector<xen::DomainId> destroyed;    // what destroy() found and ended
  std::uint64_t free_memory_mib = 1u << 20;
  bool obeys_shutdown = true;
  std::function<void(xen::DomainId)> on_unpause;  // the guest boots

  xen::DomainId create(const xen::DomainConfig& config) override {
    created.push_back(config);
    for (const xen::DomainInfo& info : domains)
      if (info.name == config.name)
        throw base::Error(base::ErrorKind::already_exists, "a domain of that name exists already");
    if (xen::host_memory_mib(config) > free_memory_mib)
      throw base::Error(base::ErrorKind::unavailable, "Xen has too little free memory");
    domains.push_back({.id = {next_++},
                       .name = config.name,
                       .uuid = config.uuid,
                       .state = xen::DomainInfo::State::paused,
                       .memory_mib = config.memory_mib,
                       .vcpus = config.vcpus});
    return domains.back().id;
  }

  void unpause(xen::DomainId domain) override {
    required(domain).state = xen::DomainInfo::State::running;
    if (on_unpause) on_unpause(domain);
  }

  void rename(xen::DomainId domain, const std::string& name) override {
    required(domain).name = name;
  }

  bool shutdown(xen::DomainId domain, std::chrono::seconds) override {
    if (obeys_shutdown) required(domain).state = xen::DomainInfo::State::shutdown;
    return obeys_shutdown;
  }

  void destroy(xen::DomainId domain) override {
    if (std::erase_if(domains, [&](const auto& info) { return info.id == domain; }) > 0)
      destroyed.push_back(domain);
  }

  std::optional<xen::DomainInfo> find(const base::Uuid& uuid) override {
    for (const xen::DomainInfo& info : domains)
      if (info.uuid == uuid) return info;
    return std::nullopt;
  }

  std::vector<xen::DomainInfo> list() override { return domains; }

 private:
  xen::DomainInfo& required(xen::DomainId domain) {
    auto found = std::find_if(domains.begin(), domains.end(),
                              [&](const auto& info) { return info.id == domain; });
    if (found == domains.end())
      throw base::Error(base::ErrorKind::not_found, "no such domain: " + xen::to_string(domain));
    return *found;
  }

  std::uint32_t next_ = 1;
};

}  // namespace testing_support
