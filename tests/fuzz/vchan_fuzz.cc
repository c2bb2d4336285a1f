// A guest that lies in the memory that it shares with the host: libxenvchan itself, through
// xen::Vchan. What the library asks of Xen, grants, events and xenstore, is answered by what
// follows; whenever it asks, the guest may change the shared page. What it changes is the input:
//   LEFT-ORDER RIGHT-ORDER CLIENTS CHANGES-ON-EVENTS, a byte each, then steps, which begin with
//   their kind.
// Every piece of memory has exactly the size that was asked for, so that the sanitizer sees a step
// beyond.
#include <sys/eventfd.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

extern "C" {
#include <libxenvchan.h>
#include <xengnttab.h>
#include <xenstore.h>
}

#include "base/error.h"
#include "base/fd.h"
#include "tests/support/fake_xenstore.h"
#include "xen/vchan.h"

namespace {

constexpr std::size_t page_size = 4096;
constexpr std::uint32_t largest_ring = 256;  // pages
constexpr std::uint32_t ring_ref = 5;
constexpr std::uint32_t event_port = 7;

void require(bool condition) {
  if (!condition) abort();
}

// What is left of the input; zeros once it is used up.
class Input {
 public:
  void begin(std::span<const std::uint8_t> bytes) { rest_ = bytes; }
  bool is_empty() const { return rest_.empty(); }
  template <typename Number>
  Number take() {
    Number number{};
    const std::size_t size = std::min(sizeof number, rest_.size());
    if (size > 0) memcpy(&number, rest_.data(), size);
    rest_ = rest_.subspan(size);
    return number;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

Input input;
std::uint8_t* shared_page = nullptr;
int events = -1;
bool changes_on_events = false;

void change_page() {
  const std::size_t at =
      input.take<std::uint8_t>() % (sizeof(vchan_interface) + sizeof(std::uint64_t));
  const auto value = input.take<std::uint32_t>();
  memcpy(shared_page + at, &value, sizeof value);
}

void host_asks() {
  if (changes_on_events && !input.is_empty()) change_page();
}

// Pages as the library may unmap them, between two that nobody may touch.
class GuardedPages {
 public:
  std::uint8_t* add(std::size_t pages) {
    const std::size_t size = pages * page_size;
    void* memory =
        mmap(nullptr, size + 2 * page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(memory != MAP_FAILED);
    auto* begin = static_cast<std::uint8_t*>(memory) + page_size;
    require(mprotect(begin, size, PROT_READ | PROT_WRITE) == 0);
    guards_.push_back(begin - page_size);
    guards_.push_back(begin + size);
    return begin;
  }
  void end() {
    for (std::uint8_t* guard : guards_) munmap(guard, page_size);
    guards_.clear();
  }

 private:
  std::vector<std::uint8_t*> guards_;
};

GuardedPages guarded;

}  // namespace

// What libxenvchan and xen::Vchan want of Xen's other libraries. Handles are not looked into.
extern "C" {

xengnttab_handle* xengnttab_open(xentoollog_logger*, unsigned) {
  return reinterpret_cast<xengnttab_handle*>(&shared_page);
}
int xengnttab_close(xengnttab_handle*) { return 0; }

void* xengnttab_map_grant_ref(xengnttab_handle*, std::uint32_t, std::uint32_t, int) {
  host_asks();
  return shared_page;
}
void* xengnttab_map_grant_ref_notify(xengnttab_handle*, std::uint32_t, std::uint32_t, int,
                                     std::uint32_t, evtchn_port_t) {
  host_asks();
  return shared_page;
}
// The guest's list of them is in the shared page, and must not be read beyond it.
void* xengnttab_map_domain_grant_refs(xengnttab_handle*, std::uint32_t count, std::uint32_t,
                                      std::uint32_t* references, int) {
  host_asks();
  require(count > 0 && count <= largest_ring);
  require(reinterpret_cast<std::uint8_t*>(references + count) <= shared_page + page_size);
  return guarded.add(count);
}
int xengnttab_unmap(xengnttab_handle*, void* memory, std::uint32_t pages) {
  require(memory == shared_page && pages == 1);  // a ring's are unmapped by munmap()
  host_asks();
  return 0;
}

xenevtchn_handle* xenevtchn_open(xentoollog_logger*, unsigned) {
  return reinterpret_cast<xenevtchn_handle*>(&events);
}
int xenevtchn_close(xenevtchn_handle*) { return 0; }
int xenevtchn_fd(xenevtchn_handle*) { return events; }
xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle*, std::uint32_t,
                                                     evtchn_port_t) {
  host_asks();
  return event_port;
}
xenevtchn_port_or_error_t xenevtchn_bind_unbound_port(xenevtchn_handle*, std::uint32_t) { abort(); }
int xenevtchn_unbind(xenevtchn_handle*, evtchn_port_t) { return 0; }
int xenevtchn_notify(xenevtchn_handle*, evtchn_port_t) {
  host_asks();
  return 0;
}
int xenevtchn_unmask(xenevtchn_handle*, evtchn_port_t) {
  host_asks();
  return 0;
}
xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle*) {
  host_asks();
  if (input.take<std::uint8_t>() % 2 == 0) return event_port;
  errno = EAGAIN;
  return -1;
}

// A server's, which the host never is.
xengntshr_handle* xengntshr_open(xentoollog_logger*, unsigned) { abort(); }
int xengntshr_close(xengntshr_handle*) { abort(); }
void* xengntshr_share_pages(xengntshr_handle*, std::uint32_t, int, std::uint32_t*, int) { abort(); }
void* xengntshr_share_page_notify(xengntshr_handle*, std::uint32_t, std::uint32_t*, int,
                                  std::uint32_t, evtchn_port_t) {
  abort();
}
int xengntshr_unshare(xengntshr_handle*, void*, std::uint32_t) { abort(); }
bool xs_rm(xs_handle*, xs_transaction_t, const char*) { abort(); }
bool xs_set_permissions(xs_handle*, xs_transaction_t, const char*, xs_permissions*, unsigned) {
  abort();
}
xs_transaction_t xs_transaction_start(xs_handle*) { abort(); }
bool xs_transaction_end(xs_handle*, xs_transaction_t, bool) { abort(); }
bool xs_write(xs_handle*, xs_transaction_t, const char*, const void*, unsigned) { abort(); }

xs_handle* xs_open(unsigned long) { return reinterpret_cast<xs_handle*>(&input); }
void xs_close(xs_handle*) {}
void* xs_read(xs_handle*, xs_transaction_t, const char* path, unsigned* length) {
  const bool ring = std::string_view(path).ends_with("/ring-ref");
  const std::string text = std::to_string(ring ? ring_ref : event_port);
  if (length != nullptr) *length = static_cast<unsigned>(text.size());
  return strdup(text.c_str());
}

}  // extern "C"

namespace {

void read_some(xen::Vchan& vchan) {
  std::vector<std::byte> buffer(input.take<std::uint16_t>());
  const auto count = vchan.read(buffer);
  require(!count || *count <= buffer.size());
}

void write_some(xen::Vchan& vchan) {
  const std::vector<std::byte> bytes(input.take<std::uint16_t>());
  const auto count = vchan.write(bytes);
  require(!count || *count <= bytes.size());
}

constexpr void (*step_kinds[])(xen::Vchan&) = {
    [](xen::Vchan&) { change_page(); },
    read_some,
    write_some,
    [](xen::Vchan& vchan) { vchan.clear_event(); },
    [](xen::Vchan& vchan) { vchan.is_open(); },
};

// The page as a server leaves it, with orders that may be lies.
void offer(vchan_interface& page) {
  page.left_order = input.take<std::uint8_t>();
  page.right_order = input.take<std::uint8_t>();
  page.cli_live = input.take<std::uint8_t>();
  page.srv_live = 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input.begin({data, size});
  shared_page = guarded.add(1);
  const base::UniqueFd events_fd(eventfd(0, EFD_CLOEXEC));
  events = events_fd.get();
  auto& page = *reinterpret_cast<vchan_interface*>(shared_page);
  offer(page);
  changes_on_events = input.take<std::uint8_t>() % 2 == 1;
  testing_support::FakeXenStore store;
  const xen::DomainId guest{3};
  const std::string path = xen::vchan_path(guest, 0);
  store.write({path + "/ring-ref", std::to_string(ring_ref), {}});
  try {
    xen::Vchan vchan =
        xen::Vchan::connect(store, guest, 0, base::Deadline::after(base::Milliseconds(0)));
    while (!input.is_empty()) step_kinds[input.take<std::uint8_t>() % std::size(step_kinds)](vchan);
  } catch (const base::Error&) {
  }
  munmap(shared_page, page_size);
  guarded.end();
  return 0;
}
