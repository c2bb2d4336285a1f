#include "xen/domain_traces.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/fake_xenstore.h"
#include "xen/block_device.h"

namespace xen {
namespace {

using testing_support::FakeXenStore;

class DomainTracesTest : public ::testing::Test {
 protected:
  // What xl writes for a domain, as far as it matters here.
  void add_domain(DomainId id, const base::Uuid& uuid) {
    const std::string number = to_string(id);
    store_.write({domain_path(id) + "/vm", "/vm/" + uuid.text(), {}});
    store_.write({"/vm/" + uuid.text(), "", {}});
    store_.write({"/vm/" + uuid.text() + "/name", "vxn-a", {}});
    store_.write({"/libxl/" + number + "/device/console/0/backend", "x", {}});
    store_.write({"/local/domain/0/backend/console/" + number + "/0/state", "1", {}});
    offer(store_, {{.guest = id, .index = 0, .path = "/dev/dm-0", .device = 1}});
  }
  // Of which a part of the path is so.
  bool knows(const std::string& part) const {
    for (const auto& [path, entry] : store_.nodes)
      if (path.find(part) != std::string::npos) return true;
    return false;
  }

  FakeXenStore store_;
  const base::Uuid uuid_ = *base::Uuid::parse("01234567-89ab-4def-8123-456789abcdef");
  const base::Uuid other_ = *base::Uuid::parse("11234567-89ab-4def-8123-456789abcdef");
};

TEST_F(DomainTracesTest, a_console_and_disks_without_script_are_ours) {
  add_domain({7}, uuid_);
  EXPECT_TRUE(has_only_our_devices(store_, {7}));
  EXPECT_TRUE(has_only_our_devices(store_, {8})) << "a domain that nothing is known of";
}

TEST_F(DomainTracesTest, whatever_else_is_attached_is_not) {
  for (const char* kind : {"vif", "pci", "9pfs", "vkb"}) {
    store_.nodes.clear();
    add_domain({7}, uuid_);
    store_.write({std::string("/libxl/7/device/") + kind + "/0/backend", "x", {}});
    EXPECT_FALSE(has_only_our_devices(store_, {7})) << kind;
  }
  store_.nodes.clear();
  add_domain({7}, uuid_);
  store_.write({"/libxl/7/device/vbd/51712/script", "/etc/xen/scripts/block", {}});
  EXPECT_FALSE(has_only_our_devices(store_, {7}));
}

TEST_F(DomainTracesTest, all_nodes_of_the_domain_go_and_no_others) {
  add_domain({7}, uuid_);
  add_domain({17}, other_);
  remove_nodes(store_, {.id = {7}, .uuid = uuid_});
  for (const char* gone : {"/libxl/7", "/local/domain/7", "/backend/vbd/7", "/backend/console/7"})
    EXPECT_FALSE(knows(gone)) << gone;
  EXPECT_FALSE(knows(uuid_.text()));
  for (const char* there :
       {"/libxl/17/device", "/local/domain/17/vm", "/backend/vbd/17/", "/backend/console/17/"})
    EXPECT_TRUE(knows(there)) << there;
  remove_nodes(store_, {.id = {17}, .uuid = other_});
  EXPECT_FALSE(knows("/backend/")) << "no empty directories";
}

TEST_F(DomainTracesTest, nodes_that_do_not_say_whose_they_are_are_told_apart) {
  add_domain({7}, uuid_);
  store_.write({"/local/domain/0/name", "Domain-0", {}});
  store_.write({"/vm/" + base::Uuid{}.text() + "/name", "Domain-0", {}});
  EXPECT_TRUE(nameless_domains(store_).empty());
  store_.write({"/local/domain/9/memory/target", "1", {}});
  store_.write({"/libxl/9/dm-version", "qemu_xen", {}});
  EXPECT_EQ(nameless_domains(store_), std::vector<DomainId>{{9}});
  remove_nodes(store_, {.id = {9}});
  EXPECT_TRUE(nameless_domains(store_).empty());
  EXPECT_FALSE(knows("/libxl/9"));
  EXPECT_TRUE(knows(uuid_.text()));
  EXPECT_TRUE(knows("/vm/" + base::Uuid{}.text()));
}

TEST_F(DomainTracesTest, a_domain_is_found_by_its_uuid) {
  EXPECT_FALSE(domain_of(store_, uuid_));
  add_domain({7}, uuid_);
  add_domain({17}, other_);
  EXPECT_EQ(domain_of(store_, uuid_), DomainId{7});
  EXPECT_EQ(domain_of(store_, other_), DomainId{17});
  remove_nodes(store_, {.id = {7}, .uuid = uuid_});
  EXPECT_FALSE(domain_of(store_, uuid_));
}

TEST_F(DomainTracesTest, files_of_that_number_and_uuid_go) {
  const base::TempDir directory(::testing::TempDir(), "libxl");
  const std::string mine = ".7." + uuid_.text() + ".";
  for (const std::string& name :
       {"userdata-d" + mine + "libxl-json", "userdata-l" + mine + "domain-userdata-lock",
        "userdata-d.17." + uuid_.text() + ".libxl-json", "save" + mine + "x"})
    base::replace_file(directory.path() + "/" + name, "");
  remove_libxl_files(directory.path(), {.id = {7}, .uuid = uuid_});
  const auto left = base::list_directory(directory.path());
  EXPECT_EQ(std::set<std::string>(left.begin(), left.end()),
            (std::set<std::string>{"userdata-d.17." + uuid_.text() + ".libxl-json",
                                   "save" + mine + "x"}));
  remove_libxl_files(directory.path() + "/absent", {.id = {7}, .uuid = uuid_});
}

}  // namespace
}  // namespace xen
