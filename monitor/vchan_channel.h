// The guest's end of a slot where it is a real guest's: a vchan.
#pragma once

#include <utility>

#include "monitor/relay.h"
#include "xen/vchan.h"

namespace monitor {

class VchanChannel : public GuestChannel {
 public:
  explicit VchanChannel(xen::Vchan vchan) : vchan_(std::move(vchan)) {}
  int fd() const override { return vchan_.fd(); }
  void clear_event() override { vchan_.clear_event(); }
  std::optional<std::size_t> read(std::span<std::byte> buffer) override {
    return vchan_.read(buffer);
  }
  std::optional<std::size_t> write(std::span<const std::byte> bytes) override {
    return vchan_.write(bytes);
  }

 private:
  xen::Vchan vchan_;
};

}  // namespace monitor
