#include "oci-runtime/place.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace oci {
namespace {

TEST(Place, OfACgroup) {
  EXPECT_EQ(cgroup_place("/a/b"), "/a/b");
  EXPECT_EQ(cgroup_place("a"), "/a");
  EXPECT_EQ(cgroup_place("system.slice:docker:abc"), "/system.slice/docker-abc.scope");
  EXPECT_EQ(cgroup_place(":libpod:abc"), "/system.slice/libpod-abc.scope");
  EXPECT_EQ(cgroup_place("user-1000.slice:libpod:abc"),
            "/user.slice/user-1000.slice/libpod-abc.scope");
  EXPECT_THROW(cgroup_place("/a/../b"), base::Error);
  EXPECT_THROW(cgroup_place("a/../b:x:y"), base::Error);
}

TEST(Place, WhatIsNotThereNeedsNoRemoval) {
  remove_cgroup("");
  remove_cgroup("/nowhere/at/all");
}

}  // namespace
}  // namespace oci
