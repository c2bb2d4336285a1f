// The program guest-kernel/vxn-kernel, on boot images made up here.
#include <gtest/gtest.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "tests/support/source.h"
#include "xen/guest_kernel.h"

namespace {

constexpr const char* version = "6.1.0-99-test";

void put(std::string& bytes, std::size_t at, std::uint32_t value, std::size_t size) {
  std::memcpy(bytes.data() + at, &value, size);
}

// Setup sectors with the header of the boot protocol, then the payload with its unpacked size
// behind it (which gzip has within).
std::string bzimage(const std::string& payload, bool size_behind) {
  constexpr std::size_t sectors = 4;
  constexpr std::size_t before = 128;  // code in front of the payload
  std::string image((sectors + 1) * 512 + before, 'c');
  image[0x1f1] = static_cast<char>(sectors);
  image.replace(0x202, 4, "HdrS");
  put(image, 0x20e, 0x600, 2);  // counted from 0x200
  put(image, 0x248, before, 4);
  put(image, 0x24c, static_cast<std::uint32_t>(payload.size() + (size_behind ? 4 : 0)), 4);
  const std::string banner = std::string(version) + " (who@where) #1 SMP" + '\0';
  image.replace(0x800, banner.size(), banner);
  image += payload;
  if (size_behind) image += "size";
  return image + "trailer";
}

class VxnKernelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    utsname machine{};
    if (::uname(&machine) != 0 || std::string(machine.machine) != "x86_64")
      GTEST_SKIP() << "the images here are for x86_64";
    if (run({"sh", "-c", "command -v cpio || command -v busybox"}).out.empty())
      GTEST_SKIP() << "neither cpio nor busybox is installed";
    base::replace_file(path("init"), "the guests' init", 0755);
    base::replace_file(path("elf"), elf);
  }

  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }

  base::Output run(const std::vector<std::string>& argv) const {
    return base::run_program(argv, base::Deadline::after(std::chrono::minutes(1)));
  }
  base::Output vxn_kernel(std::vector<std::string> words) const {
    words.insert(words.begin(),
                 {"env", "VXN_GUEST_INIT=" + path("init"), "VXN_DATA_ROOT=" + path("data"),
                  testing_support::source_file("guest-kernel/vxn-kernel")});
    return run(words);
  }
  base::Output update(std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"update", "--no-modules", "--kernel", path("kernel")};
    words.insert(words.end(), more.begin(), more.end());
    return vxn_kernel(words);
  }
  // Makes "kernel" of the ELF image by a compressor that reads a file; false where there is none.
  bool pack(const std::string& command, bool size_behind) const {
    if (!run({"sh", "-c", command + " <" + path("elf") + " >" + path("payload")}).status.ok())
      return false;
    base::replace_file(path("kernel"),
                       bzimage(base::read_file(path("payload"), 1 << 20), size_behind));
    return true;
  }
  xen::GuestKernel current() const { return xen::guest_kernel(path("data")); }

  const std::string elf =
      "\x7f"
      "ELF" +
      std::string(100000, 'k');

 private:
  base::TempDir directory_{::testing::TempDir(), "vxn-kernel"};
};

TEST_F(VxnKernelTest, unpacks_what_boot_images_are_packed_with) {
  const std::pair<const char*, bool> packers[] = {
      {"gzip -n", false}, {"xz --check=crc32", true}, {"zstd -q", true}, {"lz4 -l", true}};
  int known = 0;
  for (const auto& [command, size_behind] : packers) {
    if (!pack(command, size_behind)) continue;
    ++known;
    const base::Output output = update({"--append", command});
    ASSERT_TRUE(output.status.ok()) << command << ": " << output.err;
    EXPECT_EQ(base::read_file(current().kernel, 1 << 20), elf) << command;
    EXPECT_EQ(current().version, version) << command;
    EXPECT_TRUE(current().command_line.ends_with(command)) << command;
  }
  EXPECT_GE(known, 2);
}

TEST_F(VxnKernelTest, puts_init_and_the_order_of_modules_into_the_ramdisk) {
  ASSERT_TRUE(pack("gzip -n", false));
  ASSERT_TRUE(update().status.ok());
  const base::Output listed = run(
      {"sh", "-c", "(cpio --quiet -it || busybox cpio -t) <" + current().initrd + " 2>/dev/null"});
  EXPECT_NE(listed.out.find("init\n"), std::string::npos) << listed.out;
  EXPECT_NE(listed.out.find("modules/order\n"), std::string::npos) << listed.out;
}

TEST_F(VxnKernelTest, one_content_has_one_id_and_another_content_another) {
  ASSERT_TRUE(pack("gzip -n", false));
  ASSERT_TRUE(update().status.ok());
  const std::string first = current().id;
  ASSERT_TRUE(update().status.ok());
  EXPECT_EQ(current().id, first);
  base::replace_file(path("init"), "another init", 0755);
  ASSERT_TRUE(update().status.ok());
  const std::string second = current().id;
  EXPECT_NE(second, first);
  EXPECT_TRUE(vxn_kernel({"use", first}).status.ok());
  EXPECT_EQ(current().id, first);
  EXPECT_FALSE(vxn_kernel({"remove", first}).status.ok());
  EXPECT_TRUE(vxn_kernel({"remove", second}).status.ok());
  EXPECT_EQ(base::list_directory(path("data/kernels")),
            (std::vector<std::string>{".lock", first, "current"}));
}

TEST_F(VxnKernelTest, keeps_a_kernel_that_a_container_has) {
  ASSERT_TRUE(pack("gzip -n", false));
  ASSERT_TRUE(update().status.ok());
  const std::string first = current().id;
  ASSERT_TRUE(update({"--append", "x"}).status.ok());
  base::make_directories(path("data/containers/c1"));
  base::replace_file(path("data/containers/c1/config.json"), "{\"kernel\": \"" + first + "\"}");
  const base::Output refused = vxn_kernel({"remove", first});
  EXPECT_FALSE(refused.status.ok());
  EXPECT_NE(refused.err.find("1 container"), std::string::npos) << refused.err;
}

TEST_F(VxnKernelTest, a_failed_update_leaves_the_current_one_and_nothing_else) {
  ASSERT_TRUE(pack("gzip -n", false));
  ASSERT_TRUE(update().status.ok());
  const std::string first = current().id;
  const std::pair<const char*, std::string> bad[] = {
      {"no boot image", "garbage"},
      {"unknown packing", bzimage("nonsense", true)},
      {"cut off", bzimage(base::read_file(path("payload"), 1 << 20).substr(0, 100), false)},
  };
  for (const auto& [what, bytes] : bad) {
    base::replace_file(path("kernel"), bytes);
    const base::Output output = update();
    EXPECT_FALSE(output.status.ok()) << what;
    EXPECT_FALSE(output.err.empty()) << what;
    EXPECT_EQ(current().id, first) << what;
    EXPECT_EQ(base::list_directory(path("data/kernels")),
              (std::vector<std::string>{".lock", first, "current"}))
        << what;
  }
}

TEST_F(VxnKernelTest, says_what_it_lacks) {
  base::replace_file(path("kernel"), bzimage("x", true));
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"update", "--kernel", path("absent")}, "absent"},
      {{"update", "--kernel", path("kernel"), "--modules", path("absent")}, "absent"},
      {{"update", "--sideways"}, "--sideways"},
      {{"update", "--kernel"}, "needs a value"},
      {{"show"}, "vxn-kernel update"},
      {{"remove", "../x"}, "no guest kernel"},
      {{"remove", "1234"}, "no guest kernel"},
  };
  for (const auto& [words, expected] : cases) {
    const base::Output output = vxn_kernel(words);
    EXPECT_FALSE(output.status.ok()) << expected;
    EXPECT_NE(output.err.find(expected), std::string::npos) << output.err;
  }
}

}  // namespace
