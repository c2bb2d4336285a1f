// An xenstore in memory, with guests and back ends that answer as a test says.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "xen/xenstore.h"

namespace testing_support {

class FakeXenStore : public xen::XenStore {
 public:
  struct Entry {
    std::string value;
    xen::Permissions permissions;
  };
  // What is in it, for tests to look at and to fill.
  std::map<std::string, Entry> nodes;
  // Called after a write to a path (outside of transactions, or at their commit): the guest.
  using Reaction = std::function<void(FakeXenStore&, const std::string& value)>;
  std::map<std::string, Reaction> reactions;
  // So many commits fail first as if another writer had been in the way.
  int conflicts = 0;
  // A transaction gives up after so many tries.
  int patience = 40;

  std::optional<std::string> read(const std::string& path) override {
    ++requests_;
    auto found = nodes.find(path);
    if (found == nodes.end()) return std::nullopt;
    return found->second.value;
  }

  std::vector<std::string> list(const std::string& path) override {
    ++requests_;
    std::set<std::string> names;
    for (auto it = nodes.lower_bound(path + "/"); it != nodes.end(); ++it) {
      if (!it->first.starts_with(path + "/")) break;
      const std::string rest = it->first.substr(path.size() + 1);
      names.insert(rest.substr(0, rest.find('/')));
    }
    return {names.begin(), names.end()};
  }

  void write(const xen::Node& node) override {
    ++requests_;
    put(node);
    written_.push_back(node.path);
    if (!in_transaction_) react();
  }

  void remove(const std::string& path) override {
    ++requests_;
    std::erase_if(nodes, [&](const auto& entry) {
      return entry.first == path || entry.first.starts_with(path + "/");
    });
    written_.push_back(path);
    if (!in_transaction_) react();
  }

  void transaction(const Work& work) override {
    for (int tries = 0; tries < patience; ++tries) {
      const auto before = nodes;
      in_transaction_ = true;
      try {
        work(*this);
      } catch (...) {
        abandon(before);
        throw;
      }
      in_transaction_ = false;
      if (conflicts == 0) return react();
      --conflicts;
      abandon(before);
    }
    throw base::Error(base::ErrorKind::unavailable,
                      "xenstore: other writers were in the way of every try");
  }

  void write_all(const std::vector<xen::Node>& all) override {
    transaction([&all](xen::XenStoreAccess& access) {
      for (const xen::Node& node : all) access.write(node);
    });
  }

  // Never waits: what has not happened by now does not happen before any deadline.
  std::optional<Seen> wait_until(const std::string& path, const Predicate& predicate,
                                 const base::Deadline&) override {
    std::optional<std::string> value = read(path);
    if (!predicate(value)) return std::nullopt;
    return Seen{std::move(value)};
  }

  std::unique_ptr<xen::XenStoreWatch> watch(const std::string& path) override {
    auto made = std::make_unique<Watch>(*this, path);
    made->fire(path);
    return made;
  }

  // As if something had happened there; for xen::release_event.
  void fire(const std::string& path) {
    for (Watch* watch : watches_)
      if (path == watch->path || path.starts_with(watch->path + "/")) watch->fire(path);
  }

  std::uint64_t requests() const override { return requests_; }

 private:
  class Watch : public xen::XenStoreWatch {
   public:
    Watch(FakeXenStore& store, std::string watched)
        : path(std::move(watched)), store_(store), fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
      store_.watches_.insert(this);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() override { store_.watches_.erase(this); }
    int fd() const override { return fd_.get(); }
    std::optional<std::string> next() override {
      if (events_.empty()) {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t got = ::read(fd_.get(), &count, sizeof count);
        return std::nullopt;
      }
      std::string event = std::move(events_.front());
      events_.pop_front();
      return event;
    }
    void fire(const std::string& at) {
      events_.push_back(at);
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t put = ::write(fd_.get(), &one, sizeof one);
    }
    const std::string path;

   private:
    FakeXenStore& store_;
    base::UniqueFd fd_;
    std::deque<std::string> events_;
  };

  void put(const xen::Node& node) {
    Entry& entry = nodes[node.path];
    entry.value = node.value;
    if (node.permissions) {
      entry.permissions = *node.permissions;
    } else if (auto parent = nodes.find(node.path.substr(0, node.path.rfind('/')));
               parent != nodes.end()) {
      entry.permissions = parent->second.permissions;
    }
  }

  void abandon(const std::map<std::string, Entry>& before) {
    in_transaction_ = false;
    nodes = before;
    written_.clear();
  }

  void react() {
    for (const std::string& path : std::exchange(written_, {})) {
      fire(path);
      auto reaction = reactions.find(path);
      auto node = nodes.find(path);
      if (reaction == reactions.end() || node == nodes.end()) continue;
      const Reaction react_to = reaction->second;  // it may replace itself
      react_to(*this, std::string(node->second.value));
    }
  }

  bool in_transaction_ = false;
  std::uint64_t requests_ = 0;
  std::vector<std::string> written_;
  std::set<Watch*> watches_;
};

}  // namespace testing_support
