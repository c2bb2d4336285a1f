// Runs whole command lines against the fake engine and gives what they said.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/fd.h"
#include "cli/app.h"
#include "frontends/personalities.h"
#include "tests/support/fake_engine.h"

namespace cli {

struct Said {
  int code = -1;
  std::string out;
  std::string err;
};

// The end of 2026-01-02 03:04:05 UTC.
inline base::WallTime test_now() { return base::WallTime(std::chrono::seconds(1767323045)); }
inline base::WallTime before_now(int seconds) { return test_now() - std::chrono::seconds(seconds); }

class AppTest : public testing::Test {
 protected:
  AppTest() {
    fake::world() = {};
    ::setenv("TZ", "UTC", 1);
    ::setenv("HOME", "/nonexistent", 1);
    ::unsetenv("XDG_CONFIG_HOME");
  }

  static Said run(const Personality& personality, const std::vector<std::string>& arguments,
                  int input = 0) {
    const base::UniqueFd out = base::memory_file("out");
    const base::UniqueFd err = base::memory_file("err");
    Said said;
    said.code = run_app(personality, arguments,
                        {.input = input, .output = out.get(), .error = err.get(), .now = test_now});
    said.out = content(out.get());
    said.err = content(err.get());
    return said;
  }
  static Said vdkr(const std::vector<std::string>& arguments) {
    return run(frontends::docker_personality("vdkr"), arguments);
  }
  static Said vpdmn(const std::vector<std::string>& arguments) {
    return run(frontends::podman_personality("vpdmn"), arguments);
  }

 private:
  static std::string content(int fd) {
    base::rewind(fd);
    constexpr std::size_t limit = 1u << 20;
    return base::read_to_end(fd, limit);
  }
};

}  // namespace cli
