// xenstore: the small tree through which dom0 and the guests agree on devices.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "xen/domain.h"

namespace xen {

// Protocol limits (xen/include/public/io/xs_wire.h).
inline constexpr std::size_t xenstore_payload_limit = 4096;
inline constexpr std::size_t xenstore_path_limit = 3072;

// Who may use a node. The owner may do everything and is charged for it.
struct Permissions {
  enum class Access : char { none = 'n', read = 'r', write = 'w', both = 'b' };
  struct Grant {
    DomainId domain;
    Access access = Access::none;
    bool operator==(const Grant&) const = default;
  };
  DomainId owner;
  Access others = Access::none;
  std::vector<Grant> grants;
  bool operator==(const Permissions&) const = default;
};
// As xenstore-chmod writes it: "n0,r7".
std::string to_string(const Permissions& permissions);

struct Node {
  std::string path;
  std::string value;
  std::optional<Permissions> permissions;  // set before any child is made, which inherits them
  bool operator==(const Node&) const = default;
};

// What can be done in and outside of a transaction. Paths are absolute. Values come from guests:
// any bytes, at most xenstore_payload_limit; base::printable() before showing them.
class XenStoreAccess {
 public:
  virtual ~XenStoreAccess() = default;
  virtual std::optional<std::string> read(const std::string& path) = 0;  // nullopt: absent
  virtual std::vector<std::string> list(const std::string& path) = 0;    // empty: absent
  virtual void write(const Node& node) = 0;
  virtual void write_nodes(const std::vector<Node>& nodes) {  // in order, at once where it can be
    for (const Node& node : nodes) write(node);
  }
  virtual void remove(const std::string& path) = 0;  // with all below; absent is no error
  virtual void remove_all(const std::vector<std::string>& paths) {  // at once where it can be
    for (const std::string& path : paths) remove(path);
  }
};

// Events of one path and all below it. The first event comes at once: ask next() before the first
// poll. A connection of its own, so that its descriptor tells the whole truth from then on.
class XenStoreWatch {
 public:
  virtual ~XenStoreWatch() = default;
  virtual int fd() const = 0;                     // readable when next() may have something
  virtual std::optional<std::string> next() = 0;  // the path that changed; nullopt: none pending
};

// The seam. Errors: unavailable (xenstored gone or silent, EAGAIN without end), denied, failure.
class XenStore : public XenStoreAccess {
 public:
  using Work = std::function<void(XenStoreAccess&)>;
  using Predicate = std::function<bool(const std::optional<std::string>& value)>;

  // Runs `work` in a transaction, again from the start whenever another writer was in the way
  // (bounded, with jitter); so it must not do anything beside. Aborted where it throws.
  virtual void transaction(const Work& work) = 0;
  // All in one transaction, in order, without waiting for each answer.
  virtual void write_all(const std::vector<Node>& nodes) = 0;
  // Waits, by a watch, until the predicate holds for the value (nullopt: absent); returns it.
  // nullopt where the deadline came first; interrupted where base::interrupted().
  struct Seen {
    std::optional<std::string> value;
  };
  virtual std::optional<Seen> wait_until(const std::string& path, const Predicate& predicate,
                                         const base::Deadline& deadline) = 0;
  // `path` may be release_event.
  virtual std::unique_ptr<XenStoreWatch> watch(const std::string& path) = 0;
  // Requests made so far, for --timing.
  virtual std::uint64_t requests() const = 0;
};

// Fires whenever some domain has ended or is gone (any; ask the hypervisor which).
inline constexpr const char* release_event = "@releaseDomain";
// "/local/domain/7"
std::string domain_path(DomainId domain);

}  // namespace xen
