// PID 1 of a guest that lies: what guest-init's agent sends passes through here, and is changed as
// the kernel's command line says ("vxn.hostile=MODE"; tests/xen/hostile.bats has the modes).
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

extern "C" {
#include <libxenvchan.h>
}

#include "guest-init/boot.h"
#include "guest-init/fd.h"
#include "guest-init/protocol/frame.h"
#include "guest-init/protocol/messages.h"
#include "guest-init/tools.h"
#include "guest-init/vchan.h"

namespace guest_init {
namespace {

using protocol::Frame;
using protocol::FrameType;

constexpr std::size_t longest_command_line = 4096;
constexpr useconds_t moment = 1000;

// Where EXIT's payload says what came on stdout (docs/guest-protocol.md).
constexpr std::size_t stdout_count = 40;
constexpr std::size_t stdout_crc = 48;

struct Lie {
  libxenvchan* channel;
  std::string& out;  // what goes to the host instead of the frame
};

void tell(Lie& lie, const Frame& frame) { protocol::append_frame(lie.out, frame); }

// Past what the ring takes at once; returns with the host.
void push(libxenvchan* channel, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const int size = libxenvchan_write(channel, bytes.data() + sent, bytes.size() - sent);
    if (size < 0) return;
    sent += static_cast<std::size_t>(size);
    if (size == 0) usleep(moment);
  }
}

void sleep_for_ever() {
  for (;;) pause();
}

void garbage(Lie& lie, const Frame&) { lie.out.append(4096, '\xa5'); }

void long_frame(Lie& lie, const Frame& frame) {
  tell(lie, frame);
  memset(lie.out.data(), 0xff, sizeof(std::uint32_t));
}

void unknown_type(Lie& lie, const Frame& frame) {
  tell(lie, frame);
  lie.out[sizeof(std::uint32_t)] = 0x4d;
}

void gap(Lie& lie, const Frame& frame) {
  Frame later = frame;
  later.offset += 1000;
  tell(lie, later);
}

// Sixteen megabytes, whatever the host gave room for.
void beyond_limit(Lie& lie, const Frame& frame) {
  tell(lie, frame);
  const std::string bytes(protocol::max_payload, 'x');
  Frame more = frame;
  for (int i = 0; i < 256; ++i) {
    more.offset =
        frame.offset + frame.payload.size() + static_cast<std::uint64_t>(i) * bytes.size();
    more.payload = protocol::bytes_of(bytes);
    tell(lie, more);
  }
}

void other_process(Lie& lie, const Frame& frame) {
  Frame other = frame;
  other.process = 0xfffffffe;
  tell(lie, other);
}

void change_exit(Lie& lie, const Frame& frame, std::size_t at) {
  tell(lie, frame);
  char& byte = lie.out[protocol::header_size + at];
  byte = static_cast<char>(byte + 1);
}
void exit_count(Lie& lie, const Frame& frame) { change_exit(lie, frame, stdout_count); }
void exit_crc(Lie& lie, const Frame& frame) { change_exit(lie, frame, stdout_crc); }

void silence(Lie&, const Frame&) {}

void stay(Lie&, const Frame&) { sleep_for_ever(); }

// Says that it is done with the container, whose disks it keeps open.
void hold(Lie& lie, const Frame& frame) {
  DIR* disks = opendir("/sys/class/block");
  while (const dirent* entry = disks != nullptr ? readdir(disks) : nullptr)
    open((std::string("/dev/") + entry->d_name).c_str(), O_RDONLY | O_CLOEXEC);
  tell(lie, frame);
}

void flood(Lie& lie, const Frame& frame) {
  std::string bytes;
  protocol::append_frame(bytes, frame);
  push(lie.channel, bytes);
  const std::string payload =
      encode(protocol::LogLine{.level = protocol::LogLevel::error, .text = std::string(200, 'x')});
  bytes.clear();
  for (int i = 0; i < 1000; ++i)
    protocol::append_frame(bytes, {.type = FrameType::log, .payload = protocol::bytes_of(payload)});
  for (;;) push(lie.channel, bytes);
}

// More in the ring than it can hold.
void ring_index(Lie& lie, const Frame&) {
  lie.channel->write.shr->prod += 0x40000000;
  libxenvchan_wait(lie.channel);
  sleep_for_ever();
}

struct Mode {
  std::string_view name;
  FrameType at;  // the frames that are changed
  void (*lie)(Lie& lie, const Frame& frame);
};

constexpr Mode modes[] = {
    {"garbage", FrameType::hello, garbage},
    {"length", FrameType::started, long_frame},
    {"type", FrameType::started, unknown_type},
    {"process", FrameType::started, other_process},
    {"gap", FrameType::data, gap},
    {"beyond", FrameType::data, beyond_limit},
    {"count", FrameType::exit, exit_count},
    {"crc", FrameType::exit, exit_crc},
    {"deaf", FrameType::ack, silence},
    {"endless", FrameType::exit, silence},
    {"stay", FrameType::shutdown_done, stay},
    {"silent", FrameType::shutdown_done, silence},
    {"hold", FrameType::shutdown_done, hold},
    {"flood", FrameType::started, flood},
    {"ring", FrameType::data, ring_index},
};

const Mode* chosen_mode() {
  constexpr std::string_view key = "vxn.hostile=";
  std::string line;
  read_file("/proc/cmdline", longest_command_line, line);
  const std::size_t at = line.find(key);
  if (at == line.npos) return nullptr;
  const std::string_view rest = std::string_view(line).substr(at + key.size());
  const std::string_view name = rest.substr(0, rest.find_first_of(" \n"));
  for (const Mode& mode : modes) {
    if (mode.name == name) return &mode;
  }
  return nullptr;
}

// What was accepted from the agent of a slot and is not whole, and what is to go.
struct Stream {
  std::string gathered;
  std::string pending;
};
std::map<const void*, Stream> streams;  // by the transport's self

void pass_on(Stream& stream, libxenvchan* channel) {
  static const Mode* const mode = chosen_mode();
  for (;;) {
    Frame frame;
    std::size_t used = 0;
    const char* why = nullptr;
    if (protocol::parse_frame(protocol::bytes_of(stream.gathered), frame, used, why) !=
        protocol::ParseResult::frame) {
      return;
    }
    std::string out;
    Lie lie{channel, out};
    if (mode != nullptr && frame.type == mode->at) {
      push(channel, stream.pending);
      stream.pending.clear();
      mode->lie(lie, frame);
    } else {
      tell(lie, frame);
    }
    stream.pending += out;
    stream.gathered.erase(0, used);
  }
}

void flush(Stream& stream, libxenvchan* channel) {
  while (!stream.pending.empty()) {
    const int size = libxenvchan_write(channel, stream.pending.data(), stream.pending.size());
    if (size <= 0) return;
    stream.pending.erase(0, static_cast<std::size_t>(size));
  }
}

Transport honest;  // the vchan's own

VchanServer& vchan(void* self) { return *static_cast<VchanServer*>(self); }

bool offer(void* self, std::string& why) {
  streams[self] = {};
  return honest.offer(self, why);
}

void woken(void* self) {
  honest.woken(self);
  flush(streams[self], vchan(self).channel());
}

// Everything is taken at once, and passed on as far as it goes.
std::ptrdiff_t write_lies(void* self, const std::byte* bytes, std::size_t size) {
  Stream& stream = streams[self];
  stream.gathered.append(reinterpret_cast<const char*>(bytes), size);
  pass_on(stream, vchan(self).channel());
  flush(stream, vchan(self).channel());
  return static_cast<std::ptrdiff_t>(size);
}

Transport lying(VchanServer& vchan) {
  honest = vchan.transport();
  Transport transport = honest;
  transport.offer = offer;
  transport.woken = woken;
  transport.write = write_lies;
  return transport;
}

}  // namespace
}  // namespace guest_init

int main(int argc, char** argv) {
  using namespace guest_init;
  int status = 0;
  if (ran_under_other_name(argc, argv, status)) return status;
  if (getpid() != 1) return EXIT_FAILURE;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  run_guest(lying);
}
