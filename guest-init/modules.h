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
  // Begins to load all of them, in a child: a driver that is loaded waits for xenstore and its back
  // ends, and there is other work meanwhile.
  bool begin(const std::string& directory, Failure& failure);
  // Loads those whose file ends with one of these names now, whatever the child does.
  bool load_now(std::span<const std::string_view> names, Failure& failure);
  // Waits until all are loaded; `failure` is the child's own. Call once.
  bool finish(Failure& failure);

 private:
  std::string directory_;
  std::string order_;
  pid_t child_ = -1;
  Fd words_;  // the text of its failure
};

}  // namespace guest_init
