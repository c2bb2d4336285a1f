#include "guest-init/vchan.h"

#include <poll.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

extern "C" {
#include <libxenvchan.h>
}

#include "guest-init/failure.h"

namespace guest_init {

VchanServer::VchanServer(std::uint32_t slot, std::size_t ring_size)
    : path_("data/vxn/" + std::to_string(slot)), ring_size_(ring_size) {}

bool VchanServer::offer(std::string& why) {
  close();
  channel_ = libxenvchan_server_init(nullptr, 0, path_.c_str(), ring_size_, ring_size_);
  if (channel_ == nullptr) {
    why = "offering the vchan " + path_ + ": " + error_text(errno);
    return false;
  }
  channel_->blocking = 0;
  return true;
}

// Its nodes stay, for the next one to be written in them: where the guest's quota of xenstore is
// full, new ones could not be made. What they name until then nobody can connect to.
void VchanServer::close() {
  if (channel_ == nullptr) return;
  free(std::exchange(channel_->xs_path, nullptr));
  libxenvchan_close(channel_);
  channel_ = nullptr;
}

Transport VchanServer::transport() {
  return {
      .self = this,
      .offer = [](void* self,
                  std::string& why) { return static_cast<VchanServer*>(self)->offer(why); },
      .close = [](void* self) { static_cast<VchanServer*>(self)->close(); },
      .descriptor =
          [](void* self) {
            return libxenvchan_fd_for_select(static_cast<VchanServer*>(self)->channel_);
          },
      .events = [](void*) { return short{POLLIN}; },
      .woken = [](void* self) { libxenvchan_wait(static_cast<VchanServer*>(self)->channel_); },
      .read = [](void* self, std::byte* buffer, std::size_t size) -> std::ptrdiff_t {
        return libxenvchan_read(static_cast<VchanServer*>(self)->channel_, buffer, size);
      },
      .write = [](void* self, const std::byte* bytes, std::size_t size) -> std::ptrdiff_t {
        return libxenvchan_write(static_cast<VchanServer*>(self)->channel_, bytes, size);
      },
  };
}

}  // namespace guest_init
