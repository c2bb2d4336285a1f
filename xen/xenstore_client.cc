#include "xen/xenstore_client.h"

#include <fmt/format.h>

#include <cerrno>
#include <thread>

#include <xen/io/xs_wire.h>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/random.h"
#include "base/text.h"
#include "xen/xenstore_connection.h"
#include "xen/xenstore_requests.h"

namespace xen {
namespace {

// A transaction that met another writer: 40 tries with pauses of 1 to 32 ms are more than a second.
constexpr int transaction_tries = 40;

// One watch at a time and connection: any token does.
std::string watch_payload(const std::string& path) { return xenstore_path(path) + "w" + '\0'; }

[[noreturn]] void fail_watching(int error, const std::string& path) {
  throw base::errno_error(error, "xenstore: watching " + base::printable(path));
}

class Watch : public XenStoreWatch {
 public:
  Watch(XenStoreConnection connection, const std::string& path)
      : connection_(std::move(connection)) {
    const XenStoreAnswer answer = connection_.ask({XS_WATCH, 0, watch_payload(path)});
    if (answer.error != 0) fail_watching(answer.error, path);
  }
  int fd() const override { return connection_.fd(); }
  std::optional<std::string> next() override {
    auto event = connection_.next_event();
    if (!event) return std::nullopt;
    return std::move(event->path);
  }

 private:
  XenStoreConnection connection_;
};

class XenStoreClient : public XenStore {
 public:
  explicit XenStoreClient(base::Milliseconds patience)
      : patience_(patience), connection_(XenStoreConnection::open(patience)) {}

  std::optional<std::string> read(const std::string& path) override {
    return XenStoreRequests(connection_, 0).read(path);
  }
  std::vector<std::string> list(const std::string& path) override {
    return XenStoreRequests(connection_, 0).list(path);
  }
  void write(const Node& node) override { XenStoreRequests(connection_, 0).write(node); }
  void remove(const std::string& path) override { XenStoreRequests(connection_, 0).remove(path); }

  void transaction(const Work& work) override {
    transact([&work](XenStoreRequests& requests) { work(requests); });
  }
  void write_all(const std::vector<Node>& nodes) override {
    transact([&nodes](XenStoreRequests& requests) { requests.write_nodes(nodes); });
  }

  std::optional<Seen> wait_until(const std::string& path, const Predicate& predicate,
                                 const base::Deadline& deadline) override;

  std::unique_ptr<XenStoreWatch> watch(const std::string& path) override {
    return std::make_unique<Watch>(XenStoreConnection::open(patience_), path);
  }
  std::uint64_t requests() const override { return connection_.requests(); }

 private:
  using Steps = std::function<void(XenStoreRequests&)>;
  void transact(const Steps& steps);
  bool attempt(const Steps& steps);
  bool end(std::uint32_t id, bool commit);

  base::Milliseconds patience_;
  XenStoreConnection connection_;
};

void XenStoreClient::transact(const Steps& steps) {
  for (int tries = 0; tries < transaction_tries; ++tries) {
    if (attempt(steps)) return;
    // Two who met once must not meet again: a random part of a bound that grows.
    std::array<std::byte, 2> dice;
    base::fill_random(dice.data(), dice.size());
    const unsigned thrown =
        std::to_integer<unsigned>(dice[0]) << 8 | std::to_integer<unsigned>(dice[1]);
    const unsigned bound = 1000u << std::min(tries, 5);
    std::this_thread::sleep_for(std::chrono::microseconds(500 + thrown % bound));
  }
  throw base::Error(base::ErrorKind::unavailable,
                    "xenstore: other writers were in the way of every try");
}

// False where another writer was in the way.
bool XenStoreClient::attempt(const Steps& steps) {
  const XenStoreAnswer begun = connection_.ask({XS_TRANSACTION_START, 0, std::string(1, '\0')});
  if (begun.error == EAGAIN || begun.error == EBUSY) return false;
  auto id = base::parse_number<std::uint32_t>(begun.payload.c_str());
  if (begun.error != 0 || !id)
    throw base::errno_error(begun.error != 0 ? begun.error : EIO,
                            "xenstore: beginning a transaction");
  XenStoreRequests requests(connection_, *id);
  try {
    steps(requests);
  } catch (const XenStoreAgain&) {
    end(*id, false);
    return false;
  } catch (...) {
    end(*id, false);
    throw;
  }
  const bool commit = !base::failpoint_again("xenstore.transaction");
  return end(*id, commit) && commit;
}

bool XenStoreClient::end(std::uint32_t id, bool commit) {
  const XenStoreAnswer ended =
      connection_.ask({XS_TRANSACTION_END, id, std::string(commit ? "T" : "F") + '\0'});
  if (!commit || ended.error == 0) return true;
  if (ended.error == EAGAIN) return false;
  throw base::errno_error(ended.error, "xenstore: ending a transaction");
}

std::optional<XenStore::Seen> XenStoreClient::wait_until(const std::string& path,
                                                         const Predicate& predicate,
                                                         const base::Deadline& deadline) {
  const std::string payload = watch_payload(path);
  const XenStoreAnswer watching = connection_.ask({XS_WATCH, 0, payload});
  if (watching.error != 0) fail_watching(watching.error, path);
  struct Unwatch {
    XenStoreConnection& connection;
    const std::string& payload;
    ~Unwatch() {
      try {
        connection.ask({XS_UNWATCH, 0, payload});
        while (connection.next_event()) {
        }
      } catch (const base::Error&) {
        // xenstored is gone: so is the watch.
      }
    }
  } unwatch{connection_, payload};
  // The first event comes by itself. A change after the read makes another one: none is missed.
  while (connection_.wait_event(deadline)) {
    while (connection_.next_event()) {
    }
    std::optional<std::string> value = read(path);
    if (predicate(value)) return Seen{std::move(value)};
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<XenStore> connect_xenstore(base::Milliseconds patience) {
  return std::make_unique<XenStoreClient>(patience);
}

}  // namespace xen
