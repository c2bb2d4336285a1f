// guest-init: PID 1 of a vxn guest.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

#include "guest-init/boot.h"
#include "guest-init/shutdown.h"
#include "guest-init/tools.h"

int main(int argc, char** argv) {
  using namespace guest_init;
  int status = 0;
  if (ran_under_other_name(argc, argv, status)) return status;
  if (argc == 2 && std::string_view(argv[1]) == power_off_argument) return request_power_off();
  if (getpid() != 1) {
    constexpr std::string_view line = "guest-init is PID 1 of a vxn guest and nothing elsewhere\n";
    return write(STDERR_FILENO, line.data(), line.size()) > 0 ? EXIT_FAILURE : EXIT_FAILURE + 1;
  }
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  run_guest([](VchanServer& vchan) { return vchan.transport(); });
}
