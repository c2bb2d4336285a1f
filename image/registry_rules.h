// Where the images of a name are asked for: mirrors first, then the registry or what stands for it
// (containers-registries.conf(5); docker's "registry-mirrors").
#pragma once

#include <string>
#include <vector>

#include "image/reference.h"

namespace image {

// A place that may have an image.
struct PullSource {
  Reference name;         // what it is called there
  bool insecure = false;  // any certificate, and plain HTTP
  bool operator==(const PullSource&) const = default;
};

// Locations are "HOST[:PORT][/PATH…]".
struct RegistryMirror {
  std::string location;
  bool insecure = false;
  bool for_tags = true;
  bool for_digests = true;
};

struct RegistryRule {
  std::string prefix;    // of names, whole components: a location, one with a tag, or "*.HOST"
  std::string location;  // takes the prefix's place; "": names stay as they are
  bool insecure = false;
  bool blocked = false;
  std::vector<RegistryMirror> mirrors;  // in the order in which they are asked
};

class RegistryRules {
 public:
  // In the place of one with the same prefix. Throws usage for a rule whose location no name can
  // have, or that has none and no wildcard.
  void add(RegistryRule rule);
  // Whom to ask for `name`, one after another; the last is the registry itself. The rule with the
  // longest prefix counts, alone. Throws denied where that blocks it.
  std::vector<PullSource> sources(const Reference& name) const;
  bool empty() const { return rules_.empty(); }

 private:
  const RegistryRule* find(const Reference& name) const;

  std::vector<RegistryRule> rules_;
};

}  // namespace image
