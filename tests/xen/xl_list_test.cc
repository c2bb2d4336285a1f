#include "xen/xl_list.h"

#include <gtest/gtest.h>

namespace xen {
namespace {

using State = DomainInfo::State;

constexpr const char* table =
    "Name                                        ID   Mem VCPUs\tState\tTime(s)"
    "   UUID                            Reason-Code\tSecurity Label\n"
    "Domain-0                                     0  1024     2     r-----     211.4"
    " 00000000-0000-0000-0000-000000000000        -                -\n"
    "vxn-web                                     12   128     1     -b----       3.1"
    " 01234567-89ab-4def-8123-456789abcdef        -                -\n"
    "a name of blanks 7                          13    64     2     --p---       0.0"
    " 11234567-89ab-4def-8123-456789abcdef        -                -\n"
    "vxn-off                                     14   128     1     ---s--       1.0"
    " 21234567-89ab-4def-8123-456789abcdef        0                -\n"
    "vxn-again                                   15   128     1     ---sr-       1.0"
    " 31234567-89ab-4def-8123-456789abcdef        1                -\n"
    "vxn-panic                                   16   128     1     ---sc-       1.0"
    " 41234567-89ab-4def-8123-456789abcdef        3                -\n"
    "vxn-bitten                                  17   128     1     ---s--       1.0"
    " 51234567-89ab-4def-8123-456789abcdef        4                -\n"
    "(null)                                      18     0     1     --ps-d       1.0"
    " 61234567-89ab-4def-8123-456789abcdef        0                -\n";

TEST(XlList, reads_every_domain_and_its_state) {
  const std::vector<DomainInfo> domains = parse_xl_list(table);
  ASSERT_EQ(domains.size(), 8u);
  EXPECT_EQ(domains[0].id, dom0);
  EXPECT_EQ(domains[1].name, "vxn-web");
  EXPECT_EQ(domains[1].id.number, 12u);
  EXPECT_EQ(domains[1].uuid.text(), "01234567-89ab-4def-8123-456789abcdef");
  EXPECT_EQ(domains[1].memory_mib, 128u);
  EXPECT_EQ(domains[1].vcpus, 1u);
  EXPECT_EQ(domains[1].cpu_time_ns, 3'100'000'000u);
  constexpr State states[] = {State::running,  State::running, State::paused,  State::shutdown,
                              State::shutdown, State::crashed, State::crashed, State::dying};
  for (std::size_t i = 0; i < domains.size(); ++i)
    EXPECT_EQ(domains[i].state, states[i]) << domains[i].name;
}

TEST(XlList, a_name_may_have_blanks_and_end_with_a_number) {
  const std::vector<DomainInfo> domains = parse_xl_list(table);
  EXPECT_EQ(domains[2].name, "a name of blanks 7");
  EXPECT_EQ(domains[2].id.number, 13u);
}

TEST(XlList, tells_a_wanted_reboot_from_a_power_off) {
  const std::vector<DomainInfo> domains = parse_xl_list(table);
  EXPECT_FALSE(domains[3].reboot_wanted);
  EXPECT_TRUE(domains[4].reboot_wanted);
}

TEST(XlList, skips_lines_that_are_no_domains) {
  EXPECT_TRUE(parse_xl_list("").empty());
  EXPECT_TRUE(parse_xl_list("nonsense\n\n01234567-89ab-4def-8123-456789abcdef\n").empty());
  EXPECT_TRUE(
      parse_xl_list("x 1 2 3 r---- 1.0 01234567-89ab-4def-8123-456789abcdef - -\n").empty());
}

struct ErrorCase {
  const char* complaints;
  base::ErrorKind kind;
  const char* message;
};

TEST(XlList, makes_one_line_of_what_xl_complained_about) {
  constexpr ErrorCase cases[] = {
      {"xc: error: panic: xg_dom_core.c:205: failed to open file '/x': No such file or directory: "
       "Internal error\n"
       "libxl: error: libxl_dom.c:659:libxl__build_pv: xc_dom_ramdisk_file failed: No such file\n",
       base::ErrorKind::not_found,
       "failed to open file '/x': No such file or directory: Internal error"},
      {"xc: error: panic: xg_dom_core.c:689: xc_dom_find_loader: no loader found: Invalid kernel\n"
       "libxl: error: libxl_dom.c:571:libxl__build_dom: xc_dom_parse_image failed\n",
       base::ErrorKind::failure, "no loader found: Invalid kernel"},
      {"libxl: error: libxl_domain.c:1182:libxl__destroy_domid: Domain 3:Non-existant domain\n",
       base::ErrorKind::failure, "Non-existant domain"},
      {"libxl: error: libxl_create.c:1169:initiate_domain_create: Domain with name \"a\" already "
       "exists.\n",
       base::ErrorKind::already_exists, "a domain of that name exists already"},
      {"xc: error: panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory for "
       "domain: Out of memory\n",
       base::ErrorKind::unavailable, "Xen has too little free memory"},
      {"failed to free memory for the domain\n", base::ErrorKind::unavailable,
       "Xen has too little free memory"},
      {"xc: error: panic: xg_dom_core.c:536: xc_dom_chk_alloc_pages: segment kernel too large "
       "(0x3a00 > 0x1400 - 0x1000 pages): Out of memory\n"
       "libxl: error: libxl_dom.c:594:libxl__build_dom: xc_dom_build_image failed: No such file\n",
       base::ErrorKind::usage, "the domain's memory is too small for its kernel"},
      {"", base::ErrorKind::failure, "it failed without a word"},
      {"one\ntwo\n", base::ErrorKind::failure, "two"},
      {"xl: error: x.c:1:f: \n", base::ErrorKind::failure, "it failed without a word"},
      {"xencall: error: Could not obtain handle: Permission denied\n", base::ErrorKind::denied,
       "Could not obtain handle: Permission denied"},
      {"a is an invalid domain identifier (rc=-6)\n", base::ErrorKind::failure,
       "a is an invalid domain identifier (rc=-6)"},
  };
  for (const ErrorCase& c : cases) {
    const base::Error error = xl_error(c.complaints);
    EXPECT_EQ(error.kind(), c.kind) << c.complaints;
    EXPECT_EQ(error.message(), c.message) << c.complaints;
  }
}

}  // namespace
}  // namespace xen
