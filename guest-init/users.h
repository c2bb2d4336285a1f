// Who a process runs as: "user", "uid", "user:group", … resolved from the image's own /etc/passwd
// and /etc/group as docker does it (moby/sys/user, GetExecUser).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "guest-init/failure.h"

namespace guest_init {

struct Identity {
  unsigned uid = 0;
  unsigned gid = 0;
  std::vector<unsigned> groups;  // supplementary, the primary one among them
  std::string home = "/";
};

// `passwd` and `group` are the files' contents, empty where the image has none.
bool resolve_identity(std::string_view user, const std::vector<std::string>& groups,
                      std::string_view passwd, std::string_view group, Identity& identity,
                      Failure& failure);

// What /etc/passwd and /etc/group, whose contents are given, lack of a user who is a number, and of
// the group, as podman adds it: a line to append, or nothing.
struct UserEntries {
  std::string passwd;
  std::string group;
};
UserEntries missing_entries(std::string_view user, unsigned gid, std::string_view directory,
                            std::string_view passwd, std::string_view group);

}  // namespace guest_init
