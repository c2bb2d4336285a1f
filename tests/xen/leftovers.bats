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
  local flag
  for flag in --rm --init; do
    start vdkr run "$flag" --name doomed busybox sh -c 'echo up; while :; do sleep 1; done'
    prints_soon '^up$'
    [[ $(vdkr rm -f doomed) == doomed ]]
    finish 20
    expect_status 137
    expect_nothing_left
  done
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

# bats test_tags=quick
@test "after xl destroy behind our back" {
  start vdkr run --rm --name gone busybox sh -c 'echo up; while :; do sleep 1; done'
  prints_soon '^up$'
  xl destroy vxn-gone
  finish 30
  printf 'status %s\n' "$status"
  ((status != 0))
  expect_nothing_left
}

# What xl writes of a domain that somebody destroys meanwhile: no UUID is in it.
@test "after xl destroy while the domain was being made" {
  xenstore-write /local/domain/31337/memory/target 1 /local/domain/31337/console/port 2 \
    /local/domain/0/backend/console/31337/0/state 1 /libxl/31337/dm-version qemu_xen
  start vdkr run --rm --name gone busybox sh -c 'echo up; while :; do sleep 1; done'
  prints_soon '^up$'
  xl destroy vxn-gone
  finish 30
  ((status != 0))
  expect_nothing_left
}

@test "after the guest's kernel panics" {
  start env VXN_DOMU_CMDLINE_EXTRA=sysrq_always_enabled vdkr run --rm --name panics busybox \
    sh -c 'echo up; while :; do sleep 1; done'
  prints_soon '^up$'
  xl sysrq vxn-panics c
  finish 40
  expect_status 125
  expect_err_has '^vdkr: .*panic'
  expect_nothing_left
}

foreign_loop=

clean_up() {
  xl destroy vxn-foreign 2>/dev/null || :
  [[ -z $foreign_loop ]] || losetup -d "$foreign_loop" 2>/dev/null || :
}

@test "a foreign domain and a foreign loop device are left alone" {
  local kernel
  kernel=$(readlink -f /var/lib/vxn/kernels/current)
  truncate -s 1M backing
  foreign_loop=$(losetup -f --show backing)
  printf '%s\n' 'name="vxn-foreign"' 'type="pv"' "kernel=\"$(ls "$kernel"/vmlinu*)\"" 'memory=128' \
    >foreign.cfg
  xl create -q -p foreign.cfg
  try vdkr run --rm busybox true
  expect_status 0
  try vdkr ps -a
  expect_status 0
  xl list vxn-foreign
  losetup "$foreign_loop"
}
