# 7. The writable disk: as large as it must be, never in the guest's memory, and given back.
load lib/xen

prepare() { have_image busybox; }

repeat() { # TIMES COMMAND…
  local n=$1
  shift
  while [ "$n" -gt 0 ]; do
    "$@"
    n=$((n - 1))
  done
}

used() { df --output=used -k "$data_root" | tail -n 1; }

# bats test_tags=quick
@test "twice the guest's memory written into the root file system, and freed again" {
  local before after
  sync
  before=$(used)
  # The domain has 16 MiB for the container and less than 64 for its kernel.
  yes 'some bytes that are not zero' | head -c 8M >block
  repeat 20 cat block | md5sum >wanted
  try vdkr run --rm -m 16m busybox sh -c "$(declare -f repeat)"'
    yes "some bytes that are not zero" | head -c 8388608 >/block &&
    repeat 20 cat /block >/large && sync && md5sum </large; rm /large; echo again >/large; cat /large'
  expect_status 0
  expect_same "$out" <(cat wanted; echo again)
  after=$(used)
  ((after < before + 10240)) || not_as_expected "the disk's space to be free again: $before, now $after"
}

@test "a full disk is the container's to handle" {
  VXN_STORAGE_SIZE=32m try vdkr run --rm busybox sh -c 'dd if=/dev/zero of=/large bs=1M count=100; echo $?; echo fine'
  expect_status 0
  expect_out $'1\nfine\n'
  expect_err_has 'No space left'
}
