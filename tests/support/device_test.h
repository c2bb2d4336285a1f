// A fixture for tests that make loop and mapped devices: skipped, visibly, where the kernel gives
// none to this process.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "base/fd.h"
#include "base/file.h"
#include "xen/loop_device.h"

namespace testing_support {

class DeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!opens("/dev/loop-control")) GTEST_SKIP() << "no loop devices here";
    const std::string probe = file("probe", 4096, 'p');
    try {
      xen::LoopDevice::attach(base::open_file(probe, O_RDONLY).get(), xen::Access::read_only);
    } catch (const base::Error& error) {
      GTEST_SKIP() << "no loop devices here: " << error.what();
    }
  }

  static bool opens(const char* path) {
    const base::UniqueFd fd(::open(path, O_RDWR | O_CLOEXEC));
    return static_cast<bool>(fd);
  }

  const std::string& directory() const { return directory_.path(); }
  std::string index() const { return directory_.path() + "/loops"; }

  std::string file(const std::string& name, std::size_t size, char byte) const {
    std::string path = directory_.path() + "/" + name;
    base::replace_file(path, std::string(size, byte));
    return path;
  }

  // The kernel clears it a moment after the last close.
  static bool is_cleared(const std::string& device) {
    for (int tries = 0; tries < 500; ++tries) {
      const base::UniqueFd fd(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
      loop_info64 info{};
      if (!fd || (::ioctl(fd.get(), LOOP_GET_STATUS64, &info) < 0 && errno == ENXIO)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

 private:
  base::TempDir directory_{::testing::TempDir(), "devices"};
};

}  // namespace testing_support
