// Requests to the kernel by netlink (linux/netlink.h): messages with nested attributes, and the
// answers' error numbers.
#pragma once

#include <linux/rtnetlink.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace features {

class Netlink {
 public:
  // Family is NETLINK_ROUTE or NETLINK_NETFILTER.
  explicit Netlink(int family);
  ~Netlink();
  Netlink(const Netlink&) = delete;
  Netlink& operator=(const Netlink&) = delete;

  // Begins a message that wants an acknowledgement, unless `quiet`; header is the family's own.
  template <typename Header>
  void begin(std::uint16_t type, std::uint16_t flags, const Header& header, bool quiet = false) {
    begin_message(type, flags, &header, sizeof header, quiet);
  }

  void attribute(std::uint16_t type, const void* bytes, std::size_t size);
  void text(std::uint16_t type, std::string_view text);  // with its NUL
  void number(std::uint16_t type, std::uint32_t value);  // in the host's byte order
  void big_endian(std::uint16_t type, std::uint32_t value);
  template <typename Value>
  void raw(const Value& value) {
    append(&value, sizeof value);
  }
  void open(std::uint16_t type);  // a nested attribute
  void close();

  // Sends what was begun, as one batch; "" or what the first refusal said.
  std::string send(const std::string& what);

 private:
  void begin_message(std::uint16_t type, std::uint16_t flags, const void* header, std::size_t size,
                     bool quiet);
  void append(const void* bytes, std::size_t size);
  void end_message();
  int wait_for_answers();

  int socket_;
  std::uint32_t wanted_ = 0;  // acknowledgements
  std::size_t message_ = 0;   // where the last one begins
  std::vector<char> bytes_;
  std::vector<std::size_t> nested_;
};

// "" or why the interface of that name can't be brought up.
std::string bring_up(const char* name);

}  // namespace features
