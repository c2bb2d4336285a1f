// nftables by netlink (linux/netfilter/nf_tables.h), and the older iptables.
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "tests/xen/features/feature.h"
#include "tests/xen/features/netlink.h"

namespace features {
namespace {

constexpr const char* table = "table";
constexpr const char* filter_chain = "filter";
constexpr const char* nat_chain = "nat";

constexpr nfgenmsg inet{.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0};

constexpr std::uint16_t message(int type) {
  return static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type);
}

// A transaction: what is added to it is done as a whole.
class Ruleset {
 public:
  Ruleset() : netlink_(NETLINK_NETFILTER) { netlink_.begin(NFNL_MSG_BATCH_BEGIN, 0, batch, true); }

  void add_table() {
    netlink_.begin(message(NFT_MSG_NEWTABLE), NLM_F_CREATE, inet);
    netlink_.text(NFTA_TABLE_NAME, table);
  }

  void add_chain(const char* name, const char* type, int hook, std::uint32_t policy) {
    netlink_.begin(message(NFT_MSG_NEWCHAIN), NLM_F_CREATE, inet);
    netlink_.text(NFTA_CHAIN_TABLE, table);
    netlink_.text(NFTA_CHAIN_NAME, name);
    netlink_.text(NFTA_CHAIN_TYPE, type);
    netlink_.big_endian(NFTA_CHAIN_POLICY, policy);
    netlink_.open(NFTA_CHAIN_HOOK);
    netlink_.big_endian(NFTA_HOOK_HOOKNUM, static_cast<std::uint32_t>(hook));
    netlink_.big_endian(NFTA_HOOK_PRIORITY, 0);
    netlink_.close();
  }

  // A rule of one expression; `describe` adds its attributes.
  template <typename Describe>
  void add_rule(const char* chain, const char* expression, Describe describe) {
    netlink_.begin(message(NFT_MSG_NEWRULE), NLM_F_CREATE | NLM_F_APPEND, inet);
    netlink_.text(NFTA_RULE_TABLE, table);
    netlink_.text(NFTA_RULE_CHAIN, chain);
    netlink_.open(NFTA_RULE_EXPRESSIONS);
    netlink_.open(NFTA_LIST_ELEM);
    netlink_.text(NFTA_EXPR_NAME, expression);
    netlink_.open(NFTA_EXPR_DATA);
    describe(netlink_);
    netlink_.close();
    netlink_.close();
    netlink_.close();
  }

  std::string commit(const std::string& what) {
    netlink_.begin(NFNL_MSG_BATCH_END, 0, batch, true);
    return netlink_.send(what);
  }

 private:
  static constexpr nfgenmsg batch{.nfgen_family = AF_UNSPEC,
                                  .version = NFNETLINK_V0,
                                  .res_id = __builtin_bswap16(NFNL_SUBSYS_NFTABLES)};
  Netlink netlink_;
};

void nothing(Netlink&) {}

// Does a datagram to ourselves arrive?
bool reaches_itself() {
  const int receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  const bool bound = bind(receiver, reinterpret_cast<sockaddr*>(&address), size) == 0;
  getsockname(receiver, reinterpret_cast<sockaddr*>(&address), &size);
  sendto(receiver, "a", 1, 0, reinterpret_cast<sockaddr*>(&address), size);
  pollfd readable{.fd = receiver, .events = POLLIN};
  const bool arrived = bound && poll(&readable, 1, 200) == 1;
  close(receiver);
  return arrived;
}

std::string own_network() {
  if (unshare(CLONE_NEWNET) != 0) return failed("unshare");
  return bring_up("lo");
}

std::string filter() {
  if (auto why = own_network(); !why.empty()) return why;
  if (!reaches_itself()) return "nothing arrives without rules";
  Ruleset closed;
  closed.add_table();
  closed.add_chain(filter_chain, "filter", NF_INET_LOCAL_IN, NF_DROP);
  if (auto why = closed.commit("a table with a closed chain"); !why.empty()) return why;
  if (reaches_itself()) return "a closed chain lets all through";
  Ruleset open;
  open.add_rule(filter_chain, "immediate", [](Netlink& netlink) {
    netlink.big_endian(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    netlink.open(NFTA_IMMEDIATE_DATA);
    netlink.open(NFTA_DATA_VERDICT);
    netlink.big_endian(NFTA_VERDICT_CODE, NF_ACCEPT);
    netlink.close();
    netlink.close();
  });
  if (auto why = open.commit("a rule that accepts"); !why.empty()) return why;
  return reaches_itself() ? "" : "a rule that accepts has no effect";
}

std::string expression(const char* name, void (*describe)(Netlink&)) {
  Ruleset rules;
  const bool translates = std::strncmp(name, "masq", 4) == 0;
  rules.add_rule(translates ? nat_chain : filter_chain, name, describe);
  return rules.commit(name);
}

// What engines' rules are made of: each in a rule of its own.
std::string expressions() {
  if (auto why = own_network(); !why.empty()) return why;
  Ruleset rules;
  rules.add_table();
  rules.add_chain(filter_chain, "filter", NF_INET_LOCAL_IN, NF_ACCEPT);
  rules.add_chain(nat_chain, "nat", NF_INET_POST_ROUTING, NF_ACCEPT);
  if (auto why = rules.commit("a chain of type nat"); !why.empty()) return why;
  if (auto why = expression("masq", nothing); !why.empty()) return why;
  if (auto why = expression("log", nothing); !why.empty()) return why;
  auto why = expression("ct", [](Netlink& netlink) {
    netlink.big_endian(NFTA_CT_DREG, NFT_REG_1);
    netlink.big_endian(NFTA_CT_KEY, NFT_CT_STATE);
  });
  if (!why.empty()) return why;
  why = expression("fib", [](Netlink& netlink) {
    netlink.big_endian(NFTA_FIB_DREG, NFT_REG_1);
    netlink.big_endian(NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
    netlink.big_endian(NFTA_FIB_FLAGS, NFTA_FIB_F_DADDR);
  });
  if (!why.empty()) return why;
  return expression("reject", [](Netlink& netlink) {
    netlink.big_endian(NFTA_REJECT_TYPE, NFT_REJECT_ICMPX_UNREACH);
    const std::uint8_t code = NFT_REJECT_ICMPX_PORT_UNREACH;
    netlink.attribute(NFTA_REJECT_ICMP_CODE, &code, sizeof code);
  });
}

template <typename Info>
std::string has_table(int family, int level, int option, const char* name) {
  Info info{};
  std::strncpy(info.name, name, sizeof info.name - 1);
  socklen_t size = sizeof info;
  const int any = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
  const int status = getsockopt(any, level, option, &info, &size);
  close(any);
  return status == 0 ? "" : failed(std::string("its table ") + name);
}

std::string iptables() {
  for (const char* name : {"filter", "nat"}) {
    auto why = has_table<ipt_getinfo>(AF_INET, IPPROTO_IP, IPT_SO_GET_INFO, name);
    if (why.empty()) why = has_table<ip6t_getinfo>(AF_INET6, IPPROTO_IPV6, IP6T_SO_GET_INFO, name);
    if (!why.empty()) return why;
  }
  return "";
}

constexpr Feature all[] = {
    {"nftables", filter},
    {"nftables' expressions", expressions},
    {"iptables", iptables},
};

}  // namespace

std::span<const Feature> netfilter() { return all; }

}  // namespace features
