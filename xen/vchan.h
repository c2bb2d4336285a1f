// The host's end of a vchan (libxenvchan): a byte stream each way through shared memory. Own static
// library, xen_vchan: only who holds a slot links it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.h"
#include "xen/domain.h"
#include "xen/xenstore.h"

namespace xen {

// "/local/domain/7/data/vxn/0"
std::string vchan_path(DomainId guest, unsigned slot);

// For ONE thread: poll fd() for reading; when it is readable clear_event(), then read and write
// until both return 0, then poll again. Never blocks. While it lives, the guest's memory is mapped:
// a destroyed guest stays "dying" until then. It does not notice a guest that was destroyed: watch
// release_event for that.
class Vchan {
 public:
  // Waits, by a watch, for a server that has had no client yet: one whose client has gone is left
  // to end. Throws unavailable at the deadline, corrupt where the guest offers nonsense,
  // interrupted.
  static Vchan connect(XenStore& store, DomainId guest, unsigned slot,
                       const base::Deadline& deadline);
  Vchan(Vchan&&) noexcept;
  Vchan& operator=(Vchan&&) noexcept;
  ~Vchan();

  int fd() const;
  void clear_event();
  // Bytes moved, 0 where there are none or no room now, nullopt where the peer has closed (reading:
  // and everything before that has been read).
  std::optional<std::size_t> read(std::span<std::byte> buffer);
  std::optional<std::size_t> write(std::span<const std::byte> bytes);
  bool is_open() const;

 private:
  struct Channel;
  explicit Vchan(std::unique_ptr<Channel> channel);
  std::unique_ptr<Channel> channel_;
};

}  // namespace xen
