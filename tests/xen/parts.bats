# The parts by themselves: our libraries and guest-init against this Xen and this kernel, without the
# programs. Each test runs the GoogleTest cases of one kind.
load lib/xen

parts() { # PROGRAM SUITE
  try env VXN_DATA_ROOT=/var/lib/vxn "$BUILD_TREE/tests/$1" --gtest_color=no --gtest_filter="$2.*"
  expect_status 0
  grep -q '^\[  PASSED  \] [1-9]' "$out" || not_as_expected "cases that pass"
  ! grep -q SKIPPED "$out" || not_as_expected "no case that is skipped"
}

# bats test_tags=quick
@test "device-mapper: pieces joined into one device" { parts xen/on_xen_test DmDeviceTest; }

# bats test_tags=quick
@test "a disk of many layers" { parts xen/on_xen_test LayeredDiskTest; }

# bats test_tags=quick
@test "the guest's modules have nothing that takes its time for nothing" {
  try grep -ac -e 'Module signature appended' -e '\.static_call_sites' -e '\.smp_locks' \
    -e '__mcount_loc' /var/lib/vxn/kernels/current/initrd
  expect_status 1
  expect_out $'0\n'
}

@test "domains: made, found, ended, and what cannot be made" { parts xen/on_xen_test DomainOnXen; }

@test "disks: offered to a guest, taken back" { parts xen/on_xen_test DiskOnXen; }

@test "vchan: connected, lost, and refused" { parts xen/on_xen_test VchanOnXen; }

@test "guest-init as PID 1 of a domain" { parts guest-init/guest_on_xen_test GuestOnXen; }
