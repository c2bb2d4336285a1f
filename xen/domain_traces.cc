#include "xen/domain_traces.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "xen/block_device.h"

namespace xen {
namespace {

std::string libxl_path(DomainId domain) { return "/libxl/" + to_string(domain); }

std::string back_ends_path() { return domain_path(dom0) + "/backend"; }

// A back end's directory of one kind where this domain is its only one, which libxl would not leave
// empty; else the domain's part of it.
std::string doomed_back_ends(XenStoreAccess& access, const std::string& kind, DomainId domain) {
  const std::string all = back_ends_path() + "/" + kind;
  const std::vector<std::string> domains = access.list(all);
  const bool alone = domains.size() == 1 && domains[0] == to_string(domain);
  return alone ? all : all + "/" + to_string(domain);
}

}  // namespace

bool has_only_our_devices(XenStore& store, DomainId domain) {
  const std::string devices = libxl_path(domain) + "/device";
  for (const std::string& kind : store.list(devices)) {
    if (kind == "console") continue;
    if (kind != "vbd") return false;
    for (const std::string& number : store.list(devices + "/vbd"))
      if (store.read(fmt::format("{}/vbd/{}/script", devices, number)) != no_script) return false;
  }
  return true;
}

// The newest, which is nearly always looked for, comes first.
std::optional<DomainId> domain_of(XenStore& store, const base::Uuid& uuid) {
  const std::string vm = "/vm/" + uuid.text();
  if (!store.read(vm)) return std::nullopt;
  std::vector<std::uint32_t> numbers;
  for (const std::string& name : store.list("/local/domain"))
    if (const auto number = base::parse_number<std::uint32_t>(name)) numbers.push_back(*number);
  std::sort(numbers.rbegin(), numbers.rend());
  for (const std::uint32_t number : numbers)
    if (store.read(domain_path({number}) + "/vm") == vm) return DomainId{number};
  return std::nullopt;
}

std::vector<DomainId> nameless_domains(XenStore& store) {
  std::vector<DomainId> nameless;
  for (const std::string& name : store.list("/local/domain"))
    if (const auto number = base::parse_number<std::uint32_t>(name);
        number && DomainId{*number} != dom0 && !store.read(domain_path({*number}) + "/vm"))
      nameless.push_back({*number});
  return nameless;
}

void remove_nodes(XenStore& store, const DomainInfo& domain) {
  store.transaction([&](XenStoreAccess& access) {
    std::vector<std::string> doomed;
    for (const std::string& kind : access.list(back_ends_path()))
      doomed.push_back(doomed_back_ends(access, kind, domain.id));
    doomed.insert(doomed.end(), {domain_path(domain.id), libxl_path(domain.id)});
    if (domain.uuid != base::Uuid{}) doomed.push_back("/vm/" + domain.uuid.text());
    access.remove_all(doomed);
  });
}

void remove_libxl_files(const std::string& directory, const DomainInfo& domain) {
  const std::string mark = fmt::format(".{}.{}.", domain.id.number, domain.uuid.text());
  for (const std::string& name : base::list_directory(directory))
    if (name.starts_with("userdata-") && name.find(mark) != std::string::npos)
      base::remove_file(directory + "/" + name);
}

}  // namespace xen
