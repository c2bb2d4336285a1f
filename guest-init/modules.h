// Kernel modules that the initramfs brings along: DIRECTORY/order names the files, one a line, in
// the order of loading. A kernel that has everything built in has no such file.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <string_view>

#include "guest-init/failure.h"
#include "guest-init/fd.h"

namespace guest_init {

class Modules {
 public:
  // Begins to load all of them, in children: there is other work meanwhile.
  bool begin(const std::string& directory, Failure& failure);
  // Loads those whose file ends with one of these names now, whatever the children do.
  bool load_now(std::span<const std::string_view> names, Failure& failure);
  // The initramfs has a file of that name.
  bool bring(std::string_view name) const;
  // Some that containers need are not there yet. Drivers that wait for their devices don't count.
  bool is_loading() const { return others_.pid > 0; }
  // True where the process is one of the children; when it has ended, with its status from wait(2).
  // False where it failed: `failure` is its own.
  bool is_mine(pid_t pid) const { return pid == others_.pid || pid == drivers_.pid; }
  bool reaped(pid_t pid, int status, Failure& failure);
  // Waits while is_loading(). What the drivers have failed at so far is told, too.
  bool finish(Failure& failure);

 private:
  struct Child {
    pid_t pid = -1;
    Fd words;  // the text of its failure
  };

  bool start(Child& child, bool drivers, Failure& failure);
  bool wait(const Child& child, int options, Failure& failure);

  std::string directory_;
  std::string order_;
  Child others_;
  Child drivers_;
};

}  // namespace guest_init
