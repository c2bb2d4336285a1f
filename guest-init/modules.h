// Kernel modules that the initramfs brings along: DIRECTORY/order names the files, one a line, in
// the order of loading. A kernel that has everything built in has no such file.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "guest-init/failure.h"
#include "guest-init/fd.h"

namespace guest_init {

class Modules {
 public:
  // Begins to load all of them, in children: there is other work meanwhile.
  bool begin(const std::string& directory, Failure& failure);
  // Loads those whose file ends with one of these names now, whatever the children do.
  bool load_now(std::span<const std::string_view> names, Failure& failure);
  // Waits until all are loaded but for drivers that wait for their devices: what those have failed
  // at so far is told, too. `failure` is the child's own. May be called again.
  bool finish(Failure& failure);

 private:
  struct Child {
    pid_t pid = -1;
    Fd words;  // the text of its failure
  };

  bool start(Child& child, bool drivers, Failure& failure);
  static bool end(Child& child, int options, Failure& failure);

  std::string directory_;
  std::string order_;
  Child others_;
  Child drivers_;
};

}  // namespace guest_init
