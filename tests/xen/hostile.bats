# 18. A guest that lies (tests/xen/hostile): every command on the host ends, with an error and within
# its time; memory stays bounded, and nothing is left.
load lib/xen

kernels=/var/lib/vxn/kernels
lying=bad0bad0bad0bad0

# The guests' kernel with another init behind the one of its ramdisk: the later one counts.
setup_file() {
  local wanted=${VXN_KERNEL:-$(readlink "$kernels/current")}
  cp -r "$kernels/$wanted" "$kernels/$lying"
  mkdir "$BATS_FILE_TMPDIR/root"
  cp "$BUILD_TREE/tests/xen/hostile/hostile_init" "$BATS_FILE_TMPDIR/root/init"
  (cd "$BATS_FILE_TMPDIR/root" && find . | busybox cpio -o -H newc 2>/dev/null) \
    >>"$kernels/$lying/initrd"
  have_image busybox
}

teardown_file() { rm -rf "${kernels:?}/$lying"; }
clean_up() {
  remove_containers
  ! is_lying_memres || vdkr vmemres stop -t 0 >/dev/null
}
is_lying_memres() { [[ ${VXN_ISOLATION-} == memres ]]; }

# From here on guests lie so.
lie() { # MODE
  export VXN_KERNEL=$lying VXN_DOMU_CMDLINE_EXTRA=vxn.hostile=$1
}

# The host notices, says so in one line, and cleans up. What was said before is with the user, and of
# what comes then no more than there was room for.
is_caught() { # MODE REGEX
  lie "$1"
  try within 120 vdkr run --rm busybox echo hello
  expect_status 125
  expect_err_has "^vdkr: .*($2)"
  [[ $(wc -l <"$err") == 1 ]] || not_as_expected 'one line on stderr'
  (($(stat -c %s "$out") < 2000000)) || not_as_expected 'output that is bounded'
  expect_nothing_left
}

# Of all processes of vxn, in KiB.
memory_of_monitors() {
  local pid
  for pid in $(pgrep vxn-monitor); do
    sed -n 's/^RssAnon:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"
  done | awk '{ sum += $1 } END { print sum + 0 }'
}

# bats test_tags=quick
@test "the same init, when it does not lie, is a guest's as any" {
  lie none
  try vdkr run --rm busybox echo hello
  expect_status 0
  expect_out $'hello\n'
}

# bats test_tags=quick
@test "frames that are none, too long, of no known type or of no process" {
  is_caught garbage 'broke the protocol'
  is_caught length 'broke the protocol'
  is_caught type 'broke the protocol'
  is_caught process 'broke the protocol'
}

@test "data with a gap, and data beyond what it has room for" {
  is_caught gap 'broke the protocol'
  is_caught beyond 'broke the protocol'
}

@test "an end that does not fit what was said" {
  is_caught count 'an exit that cannot be'
  is_caught crc 'CRC32C'
}

@test "one that takes standard input and never says so can be removed" {
  lie deaf
  start vdkr run --name deaf -i busybox cat < <(yes | head -c 20000000)
  eventually 60 sh -c 'vdkr ps | grep -q deaf'
  sleep 5
  (($(memory_of_monitors) < 30000)) || not_as_expected 'memory that is bounded'
  try within 60 vdkr rm -f deaf
  expect_status 0
  finish 60
  [[ $status != 0 ]]
}

@test "one that hides its end can be stopped" {
  lie endless
  vdkr run -d --name endless busybox true
  sleep 3
  try within 60 vdkr stop -t 2 endless
  expect_status 0
  [[ $(vdkr inspect -f '{{.State.Status}}' endless) == exited ]]
}

@test "one that does not go when it should is taken away" {
  lie stay
  try within 60 vdkr run --name stay busybox sh -c 'echo out; exit 4'
  expect_status 4
  expect_out $'out\n'
  [[ $(xl list | wc -l) == 2 ]]
}

@test "one that floods its host with messages takes no memory, and can be removed" {
  lie flood
  vdkr run -d --name flood busybox sleep 600
  sleep 10
  (($(memory_of_monitors) < 30000)) || not_as_expected 'memory that is bounded'
  try within 60 vdkr rm -f flood
  expect_status 0
}

@test "one that lies about its ring can be removed" {
  lie ring
  vdkr run -d --name ring busybox sh -c 'echo out; sleep 600'
  sleep 3
  try within 30 vdkr logs ring
  expect_status 0
  try within 60 vdkr rm -f ring
  expect_status 0
}

memres_lies() { # MODE
  lie "$1"
  export VXN_ISOLATION=memres
  vdkr vmemres start -m 128m --slots 3 >/dev/null
}

# What it does not let go of is nobody's any more: the slot, and the disks as long as it lives.
keeps_a_slot() {
  try within 120 vdkr run --rm busybox sh -c 'echo out; exit 4'
  expect_status 4
  expect_out $'out\n'
  try vdkr vmemres status --format '{{.UsedSlots}} {{.Quarantined}} {{.Containers}}'
  expect_out "$1"$'\n'
}

# bats test_tags=quick
@test "a memres that keeps a container's disks open has nothing on them any more" {
  memres_lies hold
  try within 120 vdkr run --rm busybox sh -c 'echo out; exit 4'
  expect_status 4
  expect_out $'out\n'
  ! left_devices | grep writable || not_as_expected "no file of the container in use"
  vdkr vmemres stop
  expect_nothing_left
}

@test "a memres that does not say that a container has gone loses the slot" {
  memres_lies silent
  keeps_a_slot '1 1 0'
  keeps_a_slot '2 2 0'
}

@test "a memres that breaks the protocol is caught by each of its containers" {
  memres_lies gap
  try within 120 vdkr run --rm busybox echo hello
  expect_status 125
  expect_err_has '^vdkr: .*broke the protocol'
  try within 60 vdkr vmemres stop
  expect_status 0
}
