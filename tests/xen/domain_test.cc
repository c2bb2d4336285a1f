#include "xen/domain.h"

#include <gtest/gtest.h>

namespace xen {
namespace {

struct MemoryCase {
  GuestType type;
  std::uint64_t memory_mib;
  unsigned vcpus;
  std::uint64_t expected_mib;
};

// Figures of libxl_domain_need_memory(), Xen 4.17.
TEST(Domain, needs_of_xen_what_libxl_counts) {
  constexpr MemoryCase cases[] = {
      {GuestType::pv, 128, 1, 130},  {GuestType::pv, 129, 1, 132},    {GuestType::pv, 512, 8, 514},
      {GuestType::pvh, 128, 1, 134}, {GuestType::pvh, 1024, 4, 1040},
  };
  for (const MemoryCase& c : cases)
    EXPECT_EQ(host_memory_mib({.memory_mib = c.memory_mib, .vcpus = c.vcpus, .type = c.type}),
              c.expected_mib)
        << to_string(c.type) << " " << c.memory_mib;
}

TEST(Domain, types_are_read_as_they_are_written) {
  for (GuestType type : {GuestType::pv, GuestType::pvh})
    EXPECT_EQ(parse_guest_type(to_string(type)), type);
  EXPECT_FALSE(parse_guest_type("hvm"));
  EXPECT_FALSE(parse_guest_type(""));
}

TEST(Domain, a_paused_domain_has_not_ended_and_a_dying_one_has) {
  using State = DomainInfo::State;
  EXPECT_FALSE(has_ended(State::running));
  EXPECT_FALSE(has_ended(State::paused));
  EXPECT_TRUE(has_ended(State::shutdown));
  EXPECT_TRUE(has_ended(State::crashed));
  EXPECT_TRUE(has_ended(State::dying));
}

}  // namespace
}  // namespace xen
