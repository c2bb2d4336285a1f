#include "xen/host.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace xen {
namespace {

TEST(Host, reads_what_xl_info_tells) {
  const XlInfo info = parse_xl_info(
      "host                   : dom0\n"
      "nr_cpus                : 2\n"
      "virt_caps              : pv hvm hap shadow\n"
      "total_memory           : 3071\n"
      "free_memory            : 1987\n"
      "xen_version            : 4.17.6-pre\n"
      "xen_caps               : xen-3.0-x86_64 hvm-3.0-x86_32\n");
  EXPECT_EQ(info.xen_version, "4.17.6-pre");
  EXPECT_EQ(info.total_memory_mib, 3071u);
  EXPECT_EQ(info.free_memory_mib, 1987u);
  EXPECT_EQ(info.cpus, 2u);
  EXPECT_TRUE(info.has("hap"));
  EXPECT_FALSE(info.has("iommu"));
}

TEST(Host, takes_nonsense_for_nothing) {
  const XlInfo info = parse_xl_info("free_memory : many\n:\nno colon\n");
  EXPECT_EQ(info.free_memory_mib, 0u);
  EXPECT_FALSE(info.has(""));
}

TEST(Host, a_machine_without_xen_is_told_so_in_one_line) {
  if (running_on_xen()) GTEST_SKIP() << "this machine runs Xen";
  EXPECT_EQ(xen_version(), "");
  try {
    require_xen();
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::unavailable);
    EXPECT_EQ(error.message(), "this machine runs no Xen hypervisor");
  }
}

}  // namespace
}  // namespace xen
