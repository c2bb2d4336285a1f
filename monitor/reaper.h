// The process that stands for a memres: makes its domain, watches it, and takes it apart as soon as
// it has ended, however that came. Parses nothing of the guest's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "engine/launch.h"
#include "memres/instance.h"
#include "monitor/host.h"
#include "xen/console.h"
#include "xen/domain.h"

namespace monitor {

struct ReaperRequest {
  std::string name;
  base::FileLock lock;  // the instance's
  bool begins = true;   // false: takes over what is there
  std::string data_root;
  std::string run_root;
  bool balloon_dom0 = false;
  Host host;
  base::UniqueFd launch;  // to the command that started us; its closing before "started" cancels
};

class Reaper {
 public:
  explicit Reaper(ReaperRequest request);
  // Until the instance is gone.
  void run();

 private:
  void build();
  void watch();
  void poll_once();
  void look_at_guest();  // whether it is ready
  void look_at_domain();
  void take_console();
  void take_order();
  void take_launch();
  void ask_to_end();
  void remove();
  std::optional<xen::DomainInfo> find();
  void tell(engine::LaunchEvent::Type type, const std::string& text = {});

  ReaperRequest request_;
  Host host_;
  memres::InstanceStore instances_;
  memres::Instance instance_;
  xen::DomainId id_;
  std::unique_ptr<xen::XenStoreWatch> released_;
  std::unique_ptr<xen::XenStoreWatch> offered_;
  std::optional<xen::Console> console_;
  base::UniqueFd log_;
  std::size_t logged_ = 0;  // bytes
  base::UniqueFd orders_;
  base::Stopwatch boot_;
  base::Deadline ready_deadline_ = base::Deadline::never();
  bool over_ = false;
};

}  // namespace monitor
