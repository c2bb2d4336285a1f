// 9P2000.L over a pair of descriptors, by a server that knows just enough for a mount: a directory
// without anything in it. Numbers of messages and their fields: include/net/9p/9p.h of Linux, and
// diod's protocol.md.
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/xen/features/feature.h"

namespace features {
namespace {

constexpr std::uint8_t rlerror = 7;
constexpr std::uint8_t tgetattr = 24;
constexpr std::uint8_t tversion = 100;
constexpr std::uint8_t tattach = 104;
constexpr std::uint8_t tclunk = 120;
constexpr std::size_t header_size = 7;  // size, type, tag

class Reply {
 public:
  template <typename Value>
  void add(const Value& value) {
    body_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(const std::string& text) {
    add(static_cast<std::uint16_t>(text.size()));
    body_ += text;
  }
  void directory() {  // a qid
    add(std::uint8_t{0x80});
    add(std::uint32_t{0});
    add(std::uint64_t{1});
  }
  bool send(int socket, std::uint8_t type, const char* tag) const {
    const auto size = static_cast<std::uint32_t>(header_size + body_.size());
    std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
    bytes += static_cast<char>(type);
    bytes.append(tag, 2);
    bytes += body_;
    return write(socket, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  }

 private:
  std::string body_;
};

void describe_directory(Reply& reply) {
  reply.add(std::uint64_t{0x7ff});  // which of the fields hold
  reply.directory();
  reply.add(std::uint32_t{S_IFDIR | 0751});
  reply.add(std::uint32_t{0});  // owner
  reply.add(std::uint32_t{0});  // group
  for (const std::uint64_t value : {2, 0, 0, 4096, 0}) reply.add(value);
  for (int i = 0; i < 10; ++i) reply.add(std::uint64_t{0});  // times, generation, version
}

bool answer(int socket, const char* message) {
  const auto type = static_cast<std::uint8_t>(message[4]);
  Reply reply;
  auto kind = static_cast<std::uint8_t>(type + 1);
  switch (type) {
    case tversion:
      reply.add(std::uint32_t{8192});
      reply.text("9P2000.L");
      break;
    case tattach:
      reply.directory();
      break;
    case tgetattr:
      describe_directory(reply);
      break;
    case tclunk:
      break;
    default:
      kind = rlerror;
      reply.add(std::uint32_t{95});  // EOPNOTSUPP
  }
  return reply.send(socket, kind, message + 5);
}

[[noreturn]] void serve(int socket) {
  std::array<char, 8192> message;
  for (;;) {  // the client waits for each answer
    const auto size = read(socket, message.data(), message.size());
    if (size < static_cast<ssize_t>(header_size) || !answer(socket, message.data())) _exit(0);
  }
}

std::string over_descriptors() {
  std::array<int, 2> ends;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return failed("socketpair");
  if (fork() == 0) serve(ends[1]);
  close(ends[1]);
  const std::string end = std::to_string(ends[0]);
  const std::string options =
      "trans=fd,rfdno=" + end + ",wfdno=" + end + ",version=9p2000.L,access=any";
  if (auto why = mount_at("none", "/shared", "9p", 0, options.c_str()); !why.empty()) return why;
  struct stat status;
  if (stat("/shared", &status) != 0) return failed("stat of its root");
  umount2("/shared", MNT_DETACH);
  return (status.st_mode & 07777) == 0751 ? "" : "another mode";
}

std::string over_xen() {
  return access("/sys/bus/xen/drivers/9pnet_xen", F_OK) == 0 ? "" : failed("its driver");
}

constexpr Feature all[] = {
    {"9p over descriptors", over_descriptors},
    {"9p over xen", over_xen},
};

}  // namespace

std::span<const Feature> shared_directories() { return all; }

}  // namespace features
