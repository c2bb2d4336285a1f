// Reads and writes over a connection, in one transaction or in none: what XenStore's client is made
// of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xen/xenstore.h"
#include "xen/xenstore_connection.h"

namespace xen {

// Thrown inside of a transaction that met another writer: its next attempt is due.
struct XenStoreAgain {};

class XenStoreRequests : public XenStoreAccess {
 public:
  // `transaction` is 0 for none. The connection must outlive it.
  XenStoreRequests(XenStoreConnection& connection, std::uint32_t transaction)
      : connection_(connection), transaction_(transaction) {}

  std::optional<std::string> read(const std::string& path) override;
  std::vector<std::string> list(const std::string& path) override;
  void write(const Node& node) override { write_nodes({node}); }
  void remove(const std::string& path) override { remove_all({path}); }
  void remove_all(const std::vector<std::string>& paths) override;
  // Without waiting for each answer.
  void write_nodes(const std::vector<Node>& nodes) override;

 private:
  std::vector<std::string> list_in_parts(const std::string& path);
  [[noreturn]] void fail(int error, std::string_view verb, std::string_view path) const;

  XenStoreConnection& connection_;
  std::uint32_t transaction_;
};

// A path as a payload has it: ended by NUL. Throws usage for one that xenstore cannot have.
std::string xenstore_path(const std::string& path);

}  // namespace xen
