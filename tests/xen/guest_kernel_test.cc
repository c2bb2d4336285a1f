#include "xen/guest_kernel.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace xen {
namespace {

class GuestKernelTest : public ::testing::Test {
 protected:
  void add(const std::string& id, const std::string& about) {
    const std::string directory = kernels() + "/" + id;
    base::make_directories(directory);
    base::replace_file(directory + "/about", about);
    base::replace_file(directory + "/vmlinux", "ELF");
    base::replace_file(directory + "/initrd", "cpio");
    base::replace_file(directory + "/command-line", "extra=1\n");
  }
  void use(const std::string& id) {
    ASSERT_EQ(::symlink(id.c_str(), (kernels() + "/current").c_str()), 0);
  }
  const std::string& data() const { return directory_.path(); }
  std::string kernels() const { return data() + "/kernels"; }

  static constexpr const char* good =
      "version=6.1.0-50-amd64\narchitecture=amd64\nown_memory_mib=46\nkernel=/boot/x\n";

 private:
  base::TempDir directory_{::testing::TempDir(), "kernels"};
};

TEST_F(GuestKernelTest, the_current_one_is_read_where_no_other_is_asked_for) {
  add("aaaa", good);
  use("aaaa");
  const GuestKernel kernel = guest_kernel(data());
  EXPECT_EQ(kernel.id, "aaaa");
  EXPECT_EQ(kernel.version, "6.1.0-50-amd64");
  EXPECT_EQ(kernel.architecture, "amd64");
  EXPECT_EQ(kernel.own_memory_mib, 46u);
  EXPECT_EQ(base::read_file(kernel.kernel, 10), "ELF");
  EXPECT_EQ(base::read_file(kernel.initrd, 10), "cpio");
  EXPECT_TRUE(kernel.command_line.starts_with("console=hvc0 ")) << kernel.command_line;
  EXPECT_TRUE(kernel.command_line.ends_with(" extra=1")) << kernel.command_line;
}

TEST_F(GuestKernelTest, paths_stay_those_of_one_pair_after_a_switch) {
  add("aaaa", good);
  add("bbbb", good);
  use("aaaa");
  const GuestKernel kernel = guest_kernel(data());
  EXPECT_NE(kernel.kernel.find("/aaaa/vmlinux"), std::string::npos);
  EXPECT_NE(kernel.initrd.find("/aaaa/initrd"), std::string::npos);
}

TEST_F(GuestKernelTest, another_one_is_found_by_id_and_by_version) {
  add("aaaa", good);
  add("bbbb", "version=6.6\narchitecture=amd64\nown_memory_mib=20\n");
  use("aaaa");
  EXPECT_EQ(guest_kernel(data(), "bbbb").id, "bbbb");
  EXPECT_EQ(guest_kernel(data(), "6.6").id, "bbbb");
}

TEST_F(GuestKernelTest, an_absent_one_is_told_with_its_remedy) {
  for (const char* id : {"", "cccc", "..", ".", "../kernels/aaaa"}) {
    if (*id != '\0') add("aaaa", good);
    try {
      guest_kernel(data(), id);
      ADD_FAILURE() << id;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::not_found) << id;
      EXPECT_NE(error.message().find("vxn-kernel update"), std::string::npos) << id;
    }
  }
}

TEST_F(GuestKernelTest, an_incomplete_pair_is_corrupt) {
  using Spoil = void (*)(const std::string& directory);
  const std::pair<const char*, Spoil> cases[] = {
      {"no initrd", [](const std::string& d) { base::remove_file(d + "/initrd"); }},
      {"no image", [](const std::string& d) { base::remove_file(d + "/vmlinux"); }},
      {"no about", [](const std::string& d) { base::remove_file(d + "/about"); }},
      {"no version",
       [](const std::string& d) {
         base::replace_file(d + "/about", "architecture=amd64\nown_memory_mib=1\n");
       }},
      {"foreign",
       [](const std::string& d) {
         base::replace_file(d + "/about", "version=1\narchitecture=vax\nown_memory_mib=1\n");
       }},
      {"no number",
       [](const std::string& d) {
         base::replace_file(d + "/about", "version=1\narchitecture=amd64\nown_memory_mib=x\n");
       }},
  };
  for (const auto& [what, spoil] : cases) {
    add("aaaa", good);
    spoil(kernels() + "/aaaa");
    try {
      guest_kernel(data(), "aaaa");
      ADD_FAILURE() << what;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::corrupt) << what;
    }
  }
}

TEST(GuestArchitecture, every_one_has_a_type_and_a_command_line_that_a_pv_guest_can_take) {
  for (const GuestArchitecture& architecture : guest_architectures()) {
    EXPECT_FALSE(architecture.types.empty()) << architecture.name;
    EXPECT_LT(architecture.command_line.size(), 512u) << architecture.name;
  }
}

}  // namespace
}  // namespace xen
