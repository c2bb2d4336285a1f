#include "xen/xenstore_client.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cerrno>

#include <xen/io/xs_wire.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/tiny_xenstored.h"

namespace xen {
namespace {

using testing_support::encode;
using testing_support::Message;
using testing_support::TinyXenstored;

constexpr base::Milliseconds patience{5000};
const base::Deadline soon = base::Deadline::after(std::chrono::minutes(1));

std::string reply(const Message& request, std::string payload) {
  return encode({request.type, request.id, request.transaction, std::move(payload)});
}
std::string ok(const Message& request) { return reply(request, std::string("OK") + '\0'); }
std::string error(const Message& request, const std::string& name) {
  return encode({XS_ERROR, request.id, request.transaction, name + '\0'});
}
std::string event(std::string_view path) {
  return encode({XS_WATCH_EVENT, 0, 0, std::string(path) + '\0' + "w" + '\0'});
}
// NUL as "|", for people.
std::string shown(std::string payload) {
  for (char& c : payload)
    if (c == '\0') c = '|';
  return payload;
}

class XenStoreClientTest : public ::testing::Test {
 protected:
  XenStoreClientTest() { ::setenv("XENSTORED_PATH", path().c_str(), 1); }
  ~XenStoreClientTest() override { ::unsetenv("XENSTORED_PATH"); }
  std::string path() const { return directory_.path() + "/socket"; }

 private:
  base::TempDir directory_{::testing::TempDir(), "xenstore"};
};

TEST_F(XenStoreClientTest, reads_values_of_any_bytes) {
  const std::string value("a\0b\n", 4);
  TinyXenstored daemon(path(), [&](const Message& request) {
    EXPECT_EQ(request.type, XS_READ);
    if (shown(request.payload) == "/there|") return reply(request, value);
    return error(request, "ENOENT");
  });
  auto store = connect_xenstore(patience);
  EXPECT_EQ(store->read("/there"), value);
  EXPECT_EQ(store->read("/absent"), std::nullopt);
  EXPECT_EQ(store->requests(), 2u);
}

TEST_F(XenStoreClientTest, lists_names_however_many) {
  // The second directory is too large for one answer, and changes while it is read.
  int parts = 0;
  TinyXenstored daemon(path(), [&](const Message& request) {
    if (request.type == XS_DIRECTORY && shown(request.payload) == "/few|")
      return reply(request, std::string("a\0b\0", 4));
    if (request.type == XS_DIRECTORY && shown(request.payload) == "/many|")
      return error(request, "E2BIG");
    if (request.type == XS_DIRECTORY) return error(request, "ENOENT");
    const char* expected[] = {"/many|0|", "/many|4|", "/many|0|", "/many|4|"};
    const std::string answers[] = {std::string("1\0x1\0", 5) + "y", std::string("2\0z\0\0", 5),
                                   std::string("2\0x1\0y", 6), std::string("2\0\0z\0\0", 6)};
    EXPECT_EQ(shown(request.payload), expected[parts]);
    return reply(request, answers[parts++]);
  });
  auto store = connect_xenstore(patience);
  using Names = std::vector<std::string>;
  EXPECT_EQ(store->list("/few"), (Names{"a", "b"}));
  EXPECT_EQ(store->list("/absent"), Names{});
  EXPECT_EQ(store->list("/many"), (Names{"x1", "y", "z"}));
}

TEST_F(XenStoreClientTest, writes_all_nodes_in_one_transaction_before_it_waits) {
  std::vector<std::string> seen;
  TinyXenstored daemon(path(), [&](const Message& request) {
    seen.push_back(std::to_string(request.type) + " " + std::to_string(request.transaction) + " " +
                   shown(request.payload));
    return request.type == XS_TRANSACTION_START ? reply(request, std::string("42") + '\0')
                                                : ok(request);
  });
  auto store = connect_xenstore(patience);
  store->write_all({{"/a", "", Permissions{.grants = {{{7}, Permissions::Access::both}}}},
                    {"/a/b", "value", {}},
                    {"/a/c", "", {}}});
  EXPECT_EQ(seen, (std::vector<std::string>{"6 0 |", "11 42 /a|", "14 42 /a|n0|b7|",
                                            "11 42 /a/b|value", "11 42 /a/c|", "7 42 T|"}));
  EXPECT_EQ(daemon.most_waiting(), 4);
}

TEST_F(XenStoreClientTest, begins_a_transaction_again_when_another_writer_was_in_the_way) {
  int begun = 0;
  int ended = 0;
  TinyXenstored daemon(path(), [&](const Message& request) {
    if (request.type == XS_TRANSACTION_START) return reply(request, std::to_string(++begun) + '\0');
    if (request.type == XS_WRITE && request.transaction == 1) return error(request, "EAGAIN");
    if (request.type == XS_TRANSACTION_END) {
      ++ended;
      if (request.transaction == 2) return error(request, "EAGAIN");
      EXPECT_EQ(shown(request.payload), request.transaction == 1 ? "F|" : "T|");
    }
    return ok(request);
  });
  int worked = 0;
  connect_xenstore(patience)->transaction([&](XenStoreAccess& access) {
    ++worked;
    access.write({"/a", "b", {}});
  });
  EXPECT_EQ(begun, 3);
  EXPECT_EQ(ended, 3);
  EXPECT_EQ(worked, 3);
}

TEST_F(XenStoreClientTest, gives_up_where_other_writers_are_always_in_the_way) {
  TinyXenstored daemon(path(), [&](const Message& request) {
    if (request.type == XS_TRANSACTION_START) return reply(request, std::string("1") + '\0');
    if (request.type == XS_TRANSACTION_END) return error(request, "EAGAIN");
    return ok(request);
  });
  try {
    connect_xenstore(patience)->write_all({{"/a", "b", {}}});
    FAIL();
  } catch (const base::Error& failure) {
    EXPECT_EQ(failure.kind(), base::ErrorKind::unavailable);
  }
}

TEST_F(XenStoreClientTest, a_write_that_is_refused_ends_the_transaction_without_effect) {
  std::string end;
  TinyXenstored daemon(path(), [&](const Message& request) {
    if (request.type == XS_TRANSACTION_START) return reply(request, std::string("1") + '\0');
    if (request.type == XS_WRITE) return error(request, "EACCES");
    end = shown(request.payload);
    return ok(request);
  });
  try {
    connect_xenstore(patience)->write_all({{"/a", "b", {}}});
    FAIL();
  } catch (const base::Error& failure) {
    EXPECT_EQ(failure.kind(), base::ErrorKind::denied);
    EXPECT_EQ(failure.message(), "xenstore: writing /a: Permission denied");
  }
  EXPECT_EQ(end, "F|");
}

TEST_F(XenStoreClientTest, waits_by_a_watch_until_a_value_is_right) {
  int reads = 0;
  std::vector<std::uint32_t> types;
  TinyXenstored daemon(path(), [&](const Message& request) {
    types.push_back(request.type);
    if (request.type == XS_WATCH) return ok(request) + event("/a");
    if (request.type == XS_READ) {
      const std::string value = std::to_string(++reads);
      return (reads < 3 ? event("/a") : "") + reply(request, value);
    }
    return ok(request);
  });
  auto seen = connect_xenstore(patience)->wait_until(
      "/a", [](const auto& value) { return value == "3"; }, soon);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->value, "3");
  EXPECT_EQ(types, (std::vector<std::uint32_t>{XS_WATCH, XS_READ, XS_READ, XS_READ, XS_UNWATCH}));
}

TEST_F(XenStoreClientTest, waits_no_longer_than_it_may) {
  TinyXenstored daemon(path(), [&](const Message& request) {
    if (request.type == XS_WATCH) return ok(request) + event("/a");
    return request.type == XS_READ ? error(request, "ENOENT") : ok(request);
  });
  auto store = connect_xenstore(patience);
  EXPECT_FALSE(store->wait_until(
      "/a", [](const auto& value) { return value.has_value(); },
      base::Deadline::after(std::chrono::milliseconds(50))));
}

TEST_F(XenStoreClientTest, a_watch_tells_each_change_once) {
  TinyXenstored daemon(path(), [&](const Message& request) {
    return ok(request) + event("@releaseDomain") + event("/other");
  });
  auto store = connect_xenstore(patience);
  auto watch = store->watch(release_event);
  std::vector<std::string> events;
  while (events.size() < 2 && base::wait_readable(watch->fd(), soon))
    while (auto changed = watch->next()) events.push_back(*changed);
  EXPECT_EQ(events, (std::vector<std::string>{"@releaseDomain", "/other"}));
  EXPECT_EQ(watch->next(), std::nullopt);
}

TEST_F(XenStoreClientTest, a_xenstored_that_hangs_up_is_gone) {
  TinyXenstored daemon(path(), [](const Message&) { return std::string("hang up"); });
  EXPECT_THROW(connect_xenstore(patience)->read("/a"), base::Error);
}

TEST_F(XenStoreClientTest, a_silent_xenstored_is_given_up) {
  TinyXenstored daemon(path(), [&](const Message&) { return std::string(); });
  try {
    connect_xenstore(std::chrono::milliseconds(50))->read("/a");
    FAIL();
  } catch (const base::Error& failure) {
    EXPECT_EQ(failure.kind(), base::ErrorKind::unavailable);
    EXPECT_EQ(failure.message(), "xenstored does not answer in time");
  }
}

TEST_F(XenStoreClientTest, nonsense_on_the_wire_ends_the_connection) {
  TinyXenstored daemon(path(), [&](const Message&) { return std::string(64, '\xff'); });
  EXPECT_THROW(connect_xenstore(patience)->read("/a"), base::Error);
}

TEST_F(XenStoreClientTest, an_answer_may_come_in_pieces) {
  std::string held;
  TinyXenstored daemon(path(), [&](const Message& request) {
    // The end of each answer comes with the next one.
    std::string answer = std::exchange(held, "") + reply(request, "value");
    if (request.payload[1] == 'a') {
      held = answer.substr(20);
      answer.resize(20);
    }
    return answer;
  });
  auto store = connect_xenstore(std::chrono::milliseconds(100));
  EXPECT_THROW(store->read("/a"), base::Error);
  EXPECT_EQ(store->read("/b"), "value");
}

TEST_F(XenStoreClientTest, what_xenstore_cannot_carry_is_refused_before_it_is_sent) {
  TinyXenstored daemon(path(), [&](const Message& request) { return ok(request); });
  auto store = connect_xenstore(patience);
  for (const Node& node :
       {Node{"/a", std::string(4096, 'x'), {}}, Node{"", "x", {}},
        Node{std::string("/a\0b", 4), "x", {}}, Node{"/" + std::string(3072, 'p'), "x", {}}}) {
    try {
      store->write(node);
      ADD_FAILURE() << node.path.size();
    } catch (const base::Error& failure) {
      EXPECT_EQ(failure.kind(), base::ErrorKind::usage);
    }
  }
  EXPECT_EQ(store->requests(), 0u);
}

TEST_F(XenStoreClientTest, no_xenstored_is_told_so) {
  try {
    connect_xenstore(patience);
    FAIL();
  } catch (const base::Error& failure) {
    EXPECT_EQ(failure.kind(), base::ErrorKind::unavailable);
    EXPECT_EQ(failure.message(), "xenstored does not answer (is it running?)");
  }
}

}  // namespace
}  // namespace xen
