#include "tests/xen/features/nine_p.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstring>

#include "tests/xen/features/feature.h"

namespace features {
namespace {

constexpr std::uint8_t rlerror = 7;
constexpr std::uint8_t tgetattr = 24;
constexpr std::uint8_t tversion = 100;
constexpr std::uint8_t tattach = 104;
constexpr std::uint8_t tclunk = 120;
constexpr mode_t mode_of_root = 0751;

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
  std::string message(std::uint8_t type, const char* tag) const {
    const auto size = static_cast<std::uint32_t>(nine_p_header + body_.size());
    std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
    bytes += static_cast<char>(type);
    bytes.append(tag, 2);
    return bytes + body_;
  }

 private:
  std::string body_;
};

void describe_directory(Reply& reply) {
  reply.add(std::uint64_t{0x7ff});  // which of the fields hold
  reply.directory();
  reply.add(std::uint32_t{S_IFDIR | mode_of_root});
  reply.add(std::uint32_t{0});  // owner
  reply.add(std::uint32_t{0});  // group
  for (const std::uint64_t value : {2, 0, 0, 4096, 0}) reply.add(value);
  for (int i = 0; i < 10; ++i) reply.add(std::uint64_t{0});  // times, generation, version
}

}  // namespace

std::size_t nine_p_size(const std::string& message) {
  std::uint32_t size = 0;
  std::memcpy(&size, message.data(), sizeof size);
  return size;
}

std::string nine_p_answer(const std::string& message) {
  const auto type = static_cast<std::uint8_t>(message[4]);
  Reply reply;
  auto kind = static_cast<std::uint8_t>(type + 1);
  switch (type) {
    case tversion:
      reply.add(std::uint32_t{4096});  // the largest message
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
  return reply.message(kind, message.data() + 5);
}

std::string use_nine_p(const char* source, const std::string& target, const std::string& options) {
  const std::string all = options + ",version=9p2000.L,access=any";
  if (auto why = mount_at(source, target, "9p", 0, all.c_str()); !why.empty()) return why;
  struct stat status;
  if (stat(target.c_str(), &status) != 0) return failed("stat of its root");
  umount2(target.c_str(), MNT_DETACH);
  return (status.st_mode & 07777) == mode_of_root ? "" : "another mode";
}

}  // namespace features
