# What goes wrong in and around a memres is told in one line, costs nobody else anything, and the next run works.
load lib/xen
load lib/kill

prepare() {
  have_image busybox
  export VXN_ISOLATION=memres
}

clean_up() {
  remove_containers
  vdkr vmemres stop -t 0 >/dev/null
  ! mountpoint -q small || umount small
  echo 1 >/sys/bus/xen-backend/drivers_autoprobe
}

expect_all_is_well() {
  [[ $(vdkr run --rm busybox echo fine) == fine ]]
  try vdkr vmemres status --format '{{.UsedSlots}} {{.Quarantined}}'
  expect_out "${1:-0} 0"$'\n'
}

# bats test_tags=quick
@test "one's full disk, lack of memory and broken processes are no other's" {
  vdkr vmemres start
  vdkr run -d --name other busybox sleep 1000
  VXN_STORAGE_SIZE=16m try vdkr run --rm busybox sh -c 'cat /dev/zero >/full; echo $?; sync; ls /full'
  expect_status 0
  expect_out $'1\n/full\n'
  try vdkr run --rm -m 24m busybox sh -c 'dd if=/dev/zero of=/dev/null bs=40M count=1 2>/dev/null; echo $?'
  expect_out $'137\n'
  try vdkr run --rm --pids-limit 20 busybox sh -c 'bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 1; kill -9 -1'
  [[ $(vdkr exec other echo here) == here ]]
  expect_all_is_well 1
}

@test "no space for the writable disk" {
  vdkr vmemres start
  mkdir small
  mount -t tmpfs -o size=8m tmpfs small
  ln -s "$data_root/kernels" small/kernels
  VXN_DATA_ROOT=$PWD/small vdkr pull -q busybox
  cat /dev/zero >small/ballast 2>/dev/null || :
  VXN_DATA_ROOT=$PWD/small try vdkr run --rm busybox true
  expect_refused 125 '[Nn]o space left|full'
  [[ -z $(VXN_DATA_ROOT=$PWD/small vdkr ps -aq) ]]
  expect_all_is_well
}

# bats test_tags=quick
@test "others are in the way of every other transaction" {
  use_failpoints
  export VXN_FAILPOINT=xenstore.transaction:again
  vdkr vmemres start
  try vdkr run --rm busybox echo hello
  expect_status 0
  expect_out $'hello\n'
  try vdkr run --rm --isolation vm busybox echo hello
  expect_status 0
  expect_out $'hello\n'
  vdkr vmemres stop
  expect_nothing_left
}

# As a guest may that has become another's; dom0 may write beyond the quota, which the guest pays.
@test "the guest's quota of xenstore is full: containers in slots that it has offered run" {
  local guest i
  local -a nodes=()
  vdkr vmemres start --slots 6
  guest=$(xl domid vxn-memres-default)
  for ((i = 0; i < 1100; i++)); do nodes+=("/local/domain/$guest/data/fill/$i" x); done
  xenstore-write "${nodes[@]}"
  for ((i = 0; i < 4; i++)); do
    try vdkr run --rm busybox echo "$i"
    expect_status 0
    expect_out "$i"$'\n'
  done
  vdkr run -d --name one busybox sleep 1000
  vdkr run -d --name two busybox sleep 1000
  try within 200 vdkr run --rm busybox true
  expect_refused 125 'the memres "default" did not start the container within 60 s'
  try vdkr run --rm --isolation auto busybox echo elsewhere
  expect_status 0
  expect_out $'elsewhere\n'
  [[ $(vdkr exec two echo here) == here ]]
  xenstore-rm "/local/domain/$guest/data/fill"
  eventually 20 vdkr run --rm busybox true
  expect_all_is_well 2
}

@test "a back end that never connects" {
  vdkr vmemres start
  echo 0 >/sys/bus/xen-backend/drivers_autoprobe
  try within 200 vdkr run --rm busybox true
  echo 1 >/sys/bus/xen-backend/drivers_autoprobe
  expect_refused 125 'did not start the container within 60 s: the guest did not take its disk xvd[ab] in time'
  expect_all_is_well
}
