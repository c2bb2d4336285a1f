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

}  // namespace guest_init
