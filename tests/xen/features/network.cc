#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/veth.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "tests/xen/features/feature.h"
#include "tests/xen/features/netlink.h"

namespace features {
namespace {

// A connection to ourselves, and a byte over it.
template <typename Address>
std::string talk_to_ourselves(Address address) {
  if (auto why = bring_up("lo"); !why.empty()) return why;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  const int listener = socket(any->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return failed("socket");
  if (bind(listener, any, size) != 0) return failed("bind");
  if (listen(listener, 1) != 0 || getsockname(listener, any, &size) != 0) return failed("listen");
  const int client = socket(any->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(client, any, size) != 0) return failed("connect");
  const int server = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  char byte = 'a';
  if (send(client, &byte, 1, 0) != 1) return failed("send");
  return recv(server, &byte, 1, 0) == 1 ? "" : failed("recv");
}

std::string ipv4() {
  return talk_to_ourselves(
      sockaddr_in{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}});
}

std::string ipv6() {
  return talk_to_ourselves(
      sockaddr_in6{.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT});
}

constexpr std::uint16_t make_new = NLM_F_CREATE | NLM_F_EXCL;

std::string make_veth(const char* name, const char* peer) {
  Netlink request(NETLINK_ROUTE);
  request.begin(RTM_NEWLINK, make_new, ifinfomsg{});
  request.text(IFLA_IFNAME, name);
  request.open(IFLA_LINKINFO);
  request.text(IFLA_INFO_KIND, "veth");
  request.open(IFLA_INFO_DATA);
  request.open(VETH_INFO_PEER);
  request.raw(ifinfomsg{});
  request.text(IFLA_IFNAME, peer);
  request.close();
  request.close();
  request.close();
  return request.send("making a veth");
}

std::string make_bridge(const char* name) {
  Netlink request(NETLINK_ROUTE);
  request.begin(RTM_NEWLINK, make_new, ifinfomsg{});
  request.text(IFLA_IFNAME, name);
  request.open(IFLA_LINKINFO);
  request.text(IFLA_INFO_KIND, "bridge");
  request.close();
  return request.send("making a bridge");
}

std::string join_bridge(const char* name, const char* bridge) {
  Netlink request(NETLINK_ROUTE);
  request.begin(RTM_NEWLINK, 0, ifinfomsg{.ifi_index = static_cast<int>(if_nametoindex(name))});
  request.number(IFLA_MASTER, if_nametoindex(bridge));
  return request.send("joining a bridge");
}

constexpr std::uint16_t our_protocol = 0x88b5;  // IEEE 802, for local experiments

int packet_socket(const char* name) {
  const int packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(our_protocol));
  const sockaddr_ll address{.sll_family = AF_PACKET,
                            .sll_protocol = htons(our_protocol),
                            .sll_ifindex = static_cast<int>(if_nametoindex(name))};
  return bind(packets, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? packets
                                                                                         : -1;
}

// A frame for everybody, sent at one interface, comes out at another.
std::string passes(const char* from, const char* to) {
  const int sender = packet_socket(from);
  const int receiver = packet_socket(to);
  if (sender < 0 || receiver < 0) return failed("a packet socket");
  std::array<unsigned char, ETH_ZLEN> frame{
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, our_protocol >> 8, our_protocol & 0xff,
      42};
  for (int tries = 0; tries < 100; ++tries) {  // a bridge's port takes its time to forward
    if (send(sender, frame.data(), frame.size(), 0) < 0) return failed("sending a frame");
    pollfd readable{.fd = receiver, .events = POLLIN};
    if (poll(&readable, 1, 100) == 1) return "";
  }
  return std::string("no frame from ") + from + " to " + to;
}

std::string veth() {
  if (unshare(CLONE_NEWNET) != 0) return failed("unshare");
  if (auto why = make_veth("a", "b"); !why.empty()) return why;
  for (const char* name : {"a", "b"}) {
    if (auto why = bring_up(name); !why.empty()) return why;
  }
  return passes("a", "b");
}

std::string bridge() {
  if (unshare(CLONE_NEWNET) != 0) return failed("unshare");
  if (auto why = make_bridge("bridge"); !why.empty()) return why;
  const std::array<std::array<const char*, 2>, 2> pairs{{{"a", "port-a"}, {"b", "port-b"}}};
  for (const auto& [end, port] : pairs) {
    if (auto why = make_veth(end, port); !why.empty()) return why;
    if (auto why = join_bridge(port, "bridge"); !why.empty()) return why;
    if (auto why = bring_up(end); !why.empty()) return why;
    if (auto why = bring_up(port); !why.empty()) return why;
  }
  if (auto why = bring_up("bridge"); !why.empty()) return why;
  return passes("a", "b");
}

sockaddr_in address_of(const char* text, std::uint16_t port) {
  sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

std::string set_address(const char* name, const char* text) {
  const auto address = address_of(text, 0);
  Netlink request(NETLINK_ROUTE);
  request.begin(
      RTM_NEWADDR, make_new,
      ifaddrmsg{.ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = if_nametoindex(name)});
  request.attribute(IFA_LOCAL, &address.sin_addr, sizeof address.sin_addr);
  request.attribute(IFA_ADDRESS, &address.sin_addr, sizeof address.sin_addr);
  return request.send(std::string("the address of ") + name);
}

// The test gives dom0's end 192.0.2.1. That a connection is refused there is an answer too.
std::string netfront() {
  if (auto why = bring_up("eth0"); !why.empty()) return why;
  if (auto why = set_address("eth0", "192.0.2.2"); !why.empty()) return why;
  const auto host = address_of("192.0.2.1", 9);
  for (int tries = 0; tries < 20; ++tries) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int status = connect(client, reinterpret_cast<const sockaddr*>(&host), sizeof host);
    close(client);
    if (status == 0 || errno == ECONNREFUSED) return "";
    sleep(1);
  }
  return failed("connecting to 192.0.2.1");
}

constexpr Feature all[] = {
    {"IPv4", ipv4}, {"IPv6", ipv6}, {"veth", veth}, {"bridge", bridge}, {"netfront", netfront},
};

}  // namespace

std::span<const Feature> network() { return all; }

}  // namespace features
