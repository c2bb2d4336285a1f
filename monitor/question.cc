#include "monitor/question.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/fd.h"
#include "memres/instance.h"
#include "memres/slots.h"
#include "monitor/frame_socket.h"
#include "monitor/sandbox.h"
#include "monitor/vchan_channel.h"
#include "xen/domain_traces.h"
#include "xen/xenstore_client.h"

namespace monitor {
namespace {

using protocol::Frame;
using protocol::FrameType;

constexpr base::Milliseconds answer_limit{5'000};
constexpr std::size_t most_timings = 64;

class Question {
 public:
  explicit Question(GuestChannel& guest) : guest_(guest) {
    out_.put(text_frame(FrameType::hello, encode(protocol::Hello{})));
  }

  std::optional<GuestAnswer> ask(const base::Deadline& deadline) {
    for (;;) {
      if (!move()) return std::nullopt;
      if (answered_) return answer_;
      if (!base::wait_readable(guest_.fd(), deadline)) return std::nullopt;
      guest_.clear_event();
    }
  }

 private:
  // Until nothing moves any more. False: it has gone, or breaks the protocol.
  bool move() {
    for (bool moved = true; moved && !answered_;) {
      const auto size = guest_.read(in_.room());
      if (!size) return false;
      in_.added(*size);
      const char* why = nullptr;
      if (!in_.take_frames([this](const Frame& frame) { return take(frame); }, why) || refused_)
        return false;
      moved = *size > 0;
      while (!out_.empty()) {
        const auto written = guest_.write(out_.unsent());
        if (!written) return false;
        if (*written == 0) break;
        out_.sent(*written);
        moved = true;
      }
    }
    return true;
  }

  bool take(const Frame& frame) {
    switch (frame.type) {
      case FrameType::hello:
        refused_ = !decode(frame.payload, answer_.hello) ||
                   common_version(protocol::Hello{}, answer_.hello) == 0;
        out_.put(text_frame(FrameType::resume, encode(std::vector<protocol::Position>{})));
        break;
      case FrameType::state:
        out_.put({.type = FrameType::query, .payload = {}});
        break;
      case FrameType::info:
        answered_ = decode(frame.payload, answer_.info);
        refused_ = !answered_;
        break;
      case FrameType::log:
        break;
      default:
        refused_ = true;
    }
    return !refused_ && !answered_;
  }

  GuestChannel& guest_;
  protocol::FrameBuffer in_;
  protocol::FrameQueue out_;
  GuestAnswer answer_;
  bool answered_ = false;
  bool refused_ = false;
};

std::string text_of(const GuestAnswer& answer) {
  const protocol::GuestInfo& info = answer.info;
  std::string text = fmt::format("{} {} {} {} {} {} {}\n", info.containers, info.memory_total,
                                 info.memory_available, info.up_ns, info.idle_left_ns,
                                 answer.hello.lowest, answer.hello.highest);
  for (std::size_t i = 0; i < std::min(info.timings.size(), most_timings); ++i)
    text += fmt::format("{} {}\n", info.timings[i].name, info.timings[i].ns);
  return text;
}

}  // namespace

std::optional<GuestAnswer> ask(GuestChannel& guest, const base::Deadline& deadline) {
  return Question(guest).ask(deadline);
}

int ask_main(const std::string& run_root, const std::string& name) {
  const memres::InstanceStore instances(run_root);
  const auto instance = instances.load(name);
  if (!instance) return 1;
  const memres::SlotTable table(instances.directory(name), instance->config.slots);
  const auto slot = table.borrow();
  auto store = xen::connect_xenstore();
  const auto domain = xen::domain_of(*store, instance->domain);
  if (!slot || !domain) return 1;
  const base::Deadline deadline = base::Deadline::after(answer_limit);
  Sandbox sandbox;
  VchanChannel guest(xen::Vchan::connect(*store, *domain, slot->number(), deadline));
  store.reset();  // what it would do at its end is not allowed then
  sandbox.enter();
  const auto answer = ask(guest, deadline);
  if (answer) base::write_all(STDOUT_FILENO, text_of(*answer));
  _exit(answer ? 0 : 1);  // closing the vchan in order takes calls that are not allowed any more
}

}  // namespace monitor
