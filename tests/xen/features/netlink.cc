#include "tests/xen/features/netlink.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tests/xen/features/feature.h"

namespace features {

Netlink::Netlink(int family) : socket_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family)) {}

Netlink::~Netlink() { ::close(socket_); }

void Netlink::append(const void* bytes, std::size_t size) {
  const auto* begin = static_cast<const char*>(bytes);
  bytes_.insert(bytes_.end(), begin, begin + size);
  bytes_.resize(NLMSG_ALIGN(bytes_.size()));
}

void Netlink::begin_message(std::uint16_t type, std::uint16_t flags, const void* header,
                            std::size_t size, bool quiet) {
  end_message();
  message_ = bytes_.size();
  const auto wish = static_cast<std::uint16_t>(quiet ? 0 : NLM_F_ACK);
  wanted_ += quiet ? 0 : 1;
  raw(nlmsghdr{.nlmsg_type = type,
               .nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | wish | flags)});
  append(header, size);
}

void Netlink::end_message() {
  if (bytes_.empty()) return;
  const auto size = static_cast<std::uint32_t>(bytes_.size() - message_);
  std::memcpy(&bytes_[message_], &size, sizeof size);
}

void Netlink::attribute(std::uint16_t type, const void* bytes, std::size_t size) {
  raw(nlattr{.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + size), .nla_type = type});
  append(bytes, size);
}

void Netlink::text(std::uint16_t type, std::string_view text) {
  const std::string terminated(text);
  attribute(type, terminated.c_str(), terminated.size() + 1);
}

void Netlink::number(std::uint16_t type, std::uint32_t value) {
  attribute(type, &value, sizeof value);
}

void Netlink::big_endian(std::uint16_t type, std::uint32_t value) { number(type, htonl(value)); }

void Netlink::open(std::uint16_t type) {
  nested_.push_back(bytes_.size());
  raw(nlattr{.nla_len = 0, .nla_type = static_cast<std::uint16_t>(type | NLA_F_NESTED)});
}

void Netlink::close() {
  const auto size = static_cast<std::uint16_t>(bytes_.size() - nested_.back());
  std::memcpy(&bytes_[nested_.back()], &size, sizeof size);
  nested_.pop_back();
}

std::string Netlink::send(const std::string& what) {
  end_message();
  const sockaddr_nl kernel{.nl_family = AF_NETLINK};
  const auto sent = sendto(socket_, bytes_.data(), bytes_.size(), 0,
                           reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
  bytes_.clear();
  if (sent < 0) return failed(what);
  errno = wait_for_answers();
  return errno == 0 ? "" : failed(what);
}

// 0 when all are positive.
int Netlink::wait_for_answers() {
  for (; wanted_ > 0; --wanted_) {
    alignas(nlmsghdr) std::array<char, 4096> buffer;
    const auto size = recv(socket_, buffer.data(), buffer.size(), 0);
    if (size < 0) return errno;
    const auto* header = reinterpret_cast<nlmsghdr*>(buffer.data());
    if (header->nlmsg_type != NLMSG_ERROR) return EPROTO;
    const auto* answer = reinterpret_cast<const nlmsgerr*>(buffer.data() + NLMSG_HDRLEN);
    if (answer->error != 0) return -answer->error;
  }
  return 0;
}

std::string bring_up(const char* name) {
  Netlink request(NETLINK_ROUTE);
  request.begin(RTM_NEWLINK, 0,
                ifinfomsg{.ifi_index = static_cast<int>(if_nametoindex(name)),
                          .ifi_flags = IFF_UP,
                          .ifi_change = IFF_UP});
  return request.send(std::string("bringing up ") + name);
}

}  // namespace features
