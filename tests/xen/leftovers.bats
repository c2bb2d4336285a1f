# What ends, however it ends, leaves nothing. Run in both dom0s: with systemd and udev there are
# programs that open every new block device.
load lib/xen

prepare() { have_image busybox; }

all_records_gone() { [[ -z $(vdkr ps -a -q) ]]; }

@test "after an end of its own, and after a failure to start" {
  try vdkr run --rm busybox true
  expect_status 0
  expect_nothing_left
  try vdkr run --rm busybox no-such-command
  expect_status 127
  expect_nothing_left
}

@test "after rm -f of a running container" {
  start vdkr run --name doomed busybox sh -c 'echo up; while :; do sleep 1; done'
  prints_soon '^up$'
  vdkr rm -f doomed
  finish 20
  expect_nothing_left
}

@test "after kill -9 of the client, and of every process of it" {
  start vdkr run --rm --name doomed busybox sh -c 'echo up; while :; do sleep 1; done'
  prints_soon '^up$'
  kill -9 "$job"
  finish 10
  pkill -9 -x vxn-monitor
  try vdkr ps -a
  expect_status 0
  vdkr rm -f doomed
  eventually 20 all_records_gone
  expect_nothing_left
}

@test "after xl destroy behind our back" {
  start vdkr run --rm --name gone busybox sh -c 'echo up; while :; do sleep 1; done'
  prints_soon '^up$'
  xl destroy vxn-gone
  finish 30
  printf 'status %s\n' "$status"
  ((status != 0))
  expect_nothing_left
}

@test "after the guest's kernel panics" {
  start vdkr run --rm busybox sh -c 'echo up; mount -t proc proc /proc 2>/dev/null
    echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger; sleep 60'
  prints_soon '^up$'
  finish 40
  printf 'status %s\n' "$status"
  ((status != 0 && status != 137))
  expect_nothing_left
}

@test "a foreign domain and a foreign loop device are left alone" {
  local loop kernel
  kernel=$(readlink -f /var/lib/vxn/kernels/current)
  truncate -s 1M backing
  loop=$(losetup -f --show backing)
  printf '%s\n' 'name="vxn-foreign"' 'type="pv"' "kernel=\"$(ls "$kernel"/vmlinu*)\"" 'memory=64' \
    >foreign.cfg
  xl create -q -p foreign.cfg
  try vdkr run --rm busybox true
  expect_status 0
  try vdkr ps -a
  expect_status 0
  xl list vxn-foreign
  losetup "$loop"
  xl destroy vxn-foreign
  losetup -d "$loop"
}
