#include "xen/xl_config.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace xen {
namespace {

DomainConfig example() {
  return {.name = "vxn-web",
          .uuid = *base::Uuid::parse("01234567-89ab-4def-8123-456789abcdef"),
          .memory_mib = 192,
          .vcpus = 2,
          .type = GuestType::pv,
          .kernel = "/var/lib/vxn/kernels/1/vmlinux",
          .ramdisk = "/var/lib/vxn/kernels/1/initrd",
          .command_line = "console=hvc0 quiet"};
}

TEST(XlConfig, names_nothing_for_which_libxl_would_run_a_script_or_qemu) {
  EXPECT_EQ(xl_config(example()), R"(name = "vxn-web"
uuid = "01234567-89ab-4def-8123-456789abcdef"
type = "pv"
kernel = "/var/lib/vxn/kernels/1/vmlinux"
ramdisk = "/var/lib/vxn/kernels/1/initrd"
cmdline = "console=hvc0 quiet"
memory = 192
maxmem = 192
vcpus = 2
on_poweroff = "preserve"
on_reboot = "preserve"
on_crash = "preserve"
on_watchdog = "preserve"
)");
}

TEST(XlConfig, leaves_the_ramdisk_out_where_there_is_none) {
  DomainConfig config = example();
  config.ramdisk.clear();
  EXPECT_EQ(xl_config(config).find("ramdisk"), std::string::npos);
}

TEST(XlConfig, quotes_what_would_end_a_string) {
  DomainConfig config = example();
  config.command_line = R"(a="b" c\d 'e' # f)";
  EXPECT_NE(xl_config(config).find(R"(cmdline = "a=\"b\" c\\d 'e' # f")"), std::string::npos);
}

TEST(XlConfig, refuses_what_xl_cannot_be_told) {
  using Spoil = void (*)(DomainConfig&);
  const std::pair<const char*, Spoil> cases[] = {
      {"a newline", [](DomainConfig& c) { c.name = "a\nmemory = 1"; }},
      {"a tab", [](DomainConfig& c) { c.kernel = "/a\tb"; }},
      {"DEL", [](DomainConfig& c) { c.ramdisk = "/a\x7f"; }},
      {"NUL", [](DomainConfig& c) { c.command_line = std::string("a\0b", 3); }},
      {"no name", [](DomainConfig& c) { c.name.clear(); }},
      {"no kernel", [](DomainConfig& c) { c.kernel.clear(); }},
      {"no memory", [](DomainConfig& c) { c.memory_mib = 0; }},
      {"no vcpu", [](DomainConfig& c) { c.vcpus = 0; }},
      {"a long command line", [](DomainConfig& c) { c.command_line.assign(1024, 'x'); }},
  };
  for (const auto& [what, spoil] : cases) {
    DomainConfig config = example();
    spoil(config);
    try {
      xl_config(config);
      ADD_FAILURE() << what;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::usage) << what;
      EXPECT_EQ(error.message().find('\n'), std::string::npos) << what;
    }
  }
}

TEST(XlConfig, takes_the_longest_command_line_that_a_pv_guest_gets_whole) {
  DomainConfig config = example();
  config.command_line.assign(1023, 'x');
  EXPECT_NE(xl_config(config).find(config.command_line), std::string::npos);
}

}  // namespace
}  // namespace xen
