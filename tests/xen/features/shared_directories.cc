// 9P over a pair of descriptors, and over Xen's rings: the guest is its own back end. Nodes and
// rings: Xen's docs/misc/9pfs.pandoc and xen/io/9pfs.h. dom0 (features.bats) makes the nodes.
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>  // which 9pfs.h expects
#include <string>
#include <vector>

extern "C" {
#include <xen/io/9pfs.h>
#include <xen/io/xenbus.h>
#include <xenevtchn.h>
#include <xengnttab.h>
}

#include "tests/xen/features/feature.h"
#include "tests/xen/features/nine_p.h"
#include "tests/xen/features/store.h"

namespace features {
namespace {

[[noreturn]] void serve(int socket) {
  std::array<char, 8192> buffer;
  for (;;) {  // the client waits for each answer
    const auto size = read(socket, buffer.data(), buffer.size());
    if (size < static_cast<ssize_t>(nine_p_header)) _exit(0);
    const auto answer = nine_p_answer({buffer.data(), static_cast<std::size_t>(size)});
    if (write(socket, answer.data(), answer.size()) < 0) _exit(0);
  }
}

std::string over_descriptors() {
  std::array<int, 2> ends;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return failed("socketpair");
  if (fork() == 0) serve(ends[1]);
  close(ends[1]);
  const std::string end = std::to_string(ends[0]);
  return use_nine_p("none", "/shared", "trans=fd,rfdno=" + end + ",wfdno=" + end);
}

// Both ends' nodes, below those of this domain.
constexpr const char* front = "device/9pfs/0/";
constexpr const char* back = "data/9pfs/";

struct Xen {
  xs_handle* store = xs_open(0);
  xenevtchn_handle* events = xenevtchn_open(nullptr, 0);
  xengnttab_handle* grants = xengnttab_open(nullptr, 0);

  std::uint32_t number(const std::string& node) const { return number_in(store, node); }
};

// Ring number `index` as its back end sees it: requests in `out`, answers in `in`.
class Ring {
 public:
  // What failed, or "".
  std::string open(const Xen& xen, std::uint32_t domain, const std::string& index) {
    const auto page = xen.number(front + ("ring-ref" + index));
    control_ = static_cast<xen_9pfs_data_intf*>(
        xengnttab_map_grant_ref(xen.grants, domain, page, PROT_READ | PROT_WRITE));
    if (control_ == nullptr) return failed("mapping a ring's page");
    const auto order = control_->ring_order;
    std::vector<std::uint32_t> pages(control_->ref, control_->ref + (1U << order));
    void* const data =
        xengnttab_map_domain_grant_refs(xen.grants, static_cast<std::uint32_t>(pages.size()),
                                        domain, pages.data(), PROT_READ | PROT_WRITE);
    if (data == nullptr) return failed("mapping a ring");
    size_ = XEN_FLEX_RING_SIZE(order);
    in_ = static_cast<char*>(data);
    const auto port = xen.number(front + ("event-channel-" + index));
    const auto bound = xenevtchn_bind_interdomain(xen.events, domain, port);
    if (bound < 0) return failed("binding a ring's port");
    port_ = static_cast<evtchn_port_t>(bound);
    return "";
  }

  void serve(const Xen& xen) {
    for (std::string message; take(message);) {
      put(nine_p_answer(message));
      xenevtchn_notify(xen.events, port_);
    }
  }

 private:
  bool take(std::string& message) {
    const RING_IDX end = control_->out_prod;
    std::atomic_thread_fence(std::memory_order_acquire);
    message.clear();
    RING_IDX at = control_->out_cons;
    const char* const out = in_ + size_;
    while (at != end && message.size() < nine_p_header) message += out[at++ & (size_ - 1)];
    if (message.size() < nine_p_header) return false;
    while (at != end && message.size() < nine_p_size(message)) message += out[at++ & (size_ - 1)];
    std::atomic_thread_fence(std::memory_order_release);
    control_->out_cons = at;
    return true;
  }

  // There is room: the client waits for each answer.
  void put(const std::string& message) {
    RING_IDX at = control_->in_prod;
    for (const char byte : message) in_[at++ & (size_ - 1)] = byte;
    std::atomic_thread_fence(std::memory_order_release);
    control_->in_prod = at;
  }

  volatile xen_9pfs_data_intf* control_ = nullptr;
  char* in_ = nullptr;
  std::uint32_t size_ = 0;
  evtchn_port_t port_ = 0;
};

// The front end says so when its rings are there.
bool front_is_ready(const Xen& xen) {
  for (int tries = 0; tries < 300; ++tries) {
    if (xen.number(front + std::string("state")) == XenbusStateInitialised) return true;
    usleep(100'000);
  }
  return false;
}

// Until the child ends: what grants have mapped is not in a child's memory, so that it is the one
// to mount.
void serve(const Xen& xen, std::vector<Ring>& rings, pid_t child) {
  while (waitpid(child, nullptr, WNOHANG) == 0) {
    for (Ring& ring : rings) ring.serve(xen);
    pollfd event{.fd = xenevtchn_fd(xen.events), .events = POLLIN};
    if (poll(&event, 1, 100) != 1) continue;
    const auto port = xenevtchn_pending(xen.events);
    if (port >= 0) xenevtchn_unmask(xen.events, static_cast<evtchn_port_t>(port));
  }
}

std::string over_xen() {
  const Xen xen;
  if (xen.store == nullptr) return failed("opening xenstore");
  if (xen.events == nullptr || xen.grants == nullptr) return failed("opening Xen's devices");
  if (!front_is_ready(xen)) return "the driver makes no rings";
  std::vector<Ring> rings(xen.number(front + std::string("num-rings")));
  if (rings.empty()) return "the driver has no rings";
  const auto domain = xen.number("domid");
  for (std::size_t index = 0; index < rings.size(); ++index) {
    auto why = rings[index].open(xen, domain, std::to_string(index));
    if (!why.empty()) return why;
  }
  const std::string connected = std::to_string(XenbusStateConnected);
  if (!xs_write(xen.store, XBT_NULL, (back + std::string("state")).c_str(), connected.data(),
                static_cast<unsigned>(connected.size()))) {
    return failed("telling the back end's state");
  }
  write_text("/why", "its mount ended early");
  const pid_t child = fork();
  if (child == 0) {
    write_text("/why", use_nine_p("shared", "/shared-by-xen", "trans=xen"));
    _exit(0);
  }
  serve(xen, rings, child);
  return read_text("/why");
}

constexpr Feature all[] = {
    {"9p over descriptors", over_descriptors},
    {"9p over xen", over_xen},
};

}  // namespace

std::span<const Feature> shared_directories() { return all; }

}  // namespace features
