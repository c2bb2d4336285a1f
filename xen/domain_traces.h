// What libxl and we keep of a domain in xenstore and in files, and how it goes when the domain does
// (libxl_domain.c, libxl__destroy_domid and libxl__userdata_destroyall).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "xen/domain.h"
#include "xen/xenstore.h"

namespace xen {

inline constexpr const char* libxl_directory = "/var/lib/xen";

// It has a console and vbds of ours only. Anything else (a network, a PCI device, a disk with a
// script) was attached by somebody's xl, which alone knows how to take it apart.
bool has_only_our_devices(XenStore& store, DomainId domain);

// The number under which xenstore has the domain, be it alive or not.
std::optional<DomainId> domain_of(XenStore& store, const base::Uuid& uuid);

// Of which xenstore has nodes and does not say whose they are.
std::vector<DomainId> nameless_domains(XenStore& store);

// Removes its nodes, those of its back ends included, which so let go of what they have open. The
// UUID may be unknown (all zeros, which is dom0's).
void remove_nodes(XenStore& store, const DomainInfo& domain);

// Removes libxl's files of it ("userdata-*.NUMBER.UUID.*") from `directory`.
void remove_libxl_files(const std::string& directory, const DomainInfo& domain);

}  // namespace xen
