# A guest that stays, with containers of several runs in it.
load lib/xen

prepare() { have_image busybox; }

clean_up() {
  remove_containers
  local name
  for name in $(vdkr vmemres list -q); do vdkr vmemres stop -I "$name" -t 0 >/dev/null; done
}

# How many domains there are beside dom0.
domains() { xl list | tail -n +3 | wc -l; }
expect_domains() { [[ $(domains) == "$1" ]] || not_as_expected "$1 domains, not $(domains)"; }
isolation_of() { vdkr inspect -f '{{.Xen.Isolation}} {{.Xen.Memres}} {{.Xen.Slot}}' "$1"; }

# bats test_tags=quick
@test "a memres starts, runs what is asked for, with its input, output and exit status, and stops" {
  try vdkr vmemres start
  expect_status 0
  expect_out $'memres "default" is running\n'
  expect_err ''
  expect_domains 1
  try vdkr run --rm busybox echo hello
  expect_status 0
  expect_out $'hello\n'
  expect_err ''
  expect_domains 1
  try vdkr run --rm -i busybox sh -c 'cat; echo told >&2; exit 42' <<<given
  expect_status 42
  expect_out $'given\n'
  expect_err $'told\n'
  try vdkr run --rm busybox no-such-command
  expect_status 127
  expect_domains 1
  try vdkr vmemres stop
  expect_status 0
  expect_out $'memres "default" is stopped\n'
  expect_nothing_left
}

@test "what is done twice says so, and what is not there is told" {
  try vdkr vmemres stop
  expect_status 0
  expect_out $'memres "default" was not running\n'
  try vdkr vmemres status
  expect_refused 1 'the memres "default" is not running'
  try vdkr run --rm --isolation memres busybox true
  expect_refused 125 'the memres "default" is not running'
  vdkr vmemres start
  try vdkr vmemres start </dev/null
  expect_status 0
  expect_out $'memres "default" is running already\n'
}

@test "status and list tell what is in it" {
  vdkr vmemres start -m 160m --slots 5 --idle-timeout 600
  vdkr run -d --name web busybox sleep 1000
  try vdkr vmemres status --format \
    '{{.Name}} {{.Status}} {{.Domain}} {{.Containers}} {{.Names}} {{.UsedSlots}}/{{.Slots}} {{.Memory}} {{.IdleTimeout}} {{.GuestProtocol}}'
  expect_out $'default running vxn-memres-default 1 web 1/5 167772160 600 1\n'
  try vdkr vmemres status
  expect_out_has '^Memory: .*168MB \(.* of .* used\)$'
  expect_out_has '^Protocol: +host 1, guest 1$'
  try vdkr vmemres list
  expect_out_has '^default +vxn-memres-default +running '
  [[ $(vdkr ps --format '{{.Names}} {{.Isolation}}') == 'web memres' ]]
  [[ $(isolation_of web) == 'memres default 0' ]]
}

@test "containers in one memres see nothing of each other, and one's end is no other's" {
  vdkr vmemres start
  vdkr run -d --name one busybox sh -c 'echo mine >/secret; sleep 1000'
  vdkr run -d --name two busybox sh -c 'while :; do sleep 1000; done'
  expect_domains 1
  [[ $(isolation_of two) == 'memres default 1' ]]
  try vdkr exec two sh -c 'ls /secret; ps -o comm | grep -cx sleep; ls /sys/class/net; hostname'
  expect_out "1"$'\n'"lo"$'\n'"$(vdkr inspect -f '{{.Config.Hostname}}' two)"$'\n'
  # Nodes of the guest's disks, its memory and its vchan are of no use.
  try vdkr exec two sh -c 'for d in "b 202 0" "b 202 256" "c 1 1" "c 1 11" "c 10 54" "c 10 60"; do
    rm -f /d; mknod /d $d && ! head -c 1 /d >/dev/null 2>&1 || echo "$d is open"; done'
  expect_status 0
  expect_out ''
  vdkr kill one
  vdkr wait one
  [[ $(vdkr exec two echo still) == still ]]
  [[ $(vdkr run --rm busybox cat /secret 2>&1) == *'No such file'* ]]
}

# How many disks the guest has.
disks_of_memres() { xl block-list vxn-memres-default | tail -n +2 | wc -l; }

@test "containers of one image share its disk, and one of another image gets its own" {
  local i
  mkdir -p tree/bin
  cp "$(command -v busybox)" tree/bin/
  ln -s busybox tree/bin/cat
  for i in 1 2 3 4 5 6 7; do
    echo "$i" >tree/me
    tar -C tree -c . | vdkr import - "image$i" >/dev/null
  done
  vdkr vmemres start
  for i in 1 2 3; do vdkr run -d --name "c$i" busybox sleep 1000 >/dev/null; done
  [[ $(disks_of_memres) == 4 ]] || not_as_expected "4 disks, not $(disks_of_memres)"
  for i in 1 2 3 4 5 6 7 7 6 1 1; do [[ $(vdkr run --rm "image$i" cat /me) == "$i" ]]; done
  (($(disks_of_memres) <= 4 + 1 + 4)) || not_as_expected "at most 9 disks, not $(disks_of_memres)"
  vdkr rm -f c1 c2 >/dev/null
  [[ $(vdkr exec c3 echo here) == here ]]
  # Under the same name, other files.
  vdkr rmi image7 >/dev/null
  echo new >tree/me
  tar -C tree -c . | vdkr import - image7 >/dev/null
  [[ $(vdkr run --rm image7 cat /me) == new ]]
  vdkr rmi image{1,2,3,4,5,6,7} >/dev/null
}

@test "signals, a terminal, pause, limits and logs are as in a domain of its own" {
  vdkr vmemres start
  vdkr run -d --name web -m 32m busybox sh -c \
    'trap "echo bye; exit 7" TERM; echo ready; while :; do sleep 0.1; done'
  eventually 20 sh -c 'vdkr logs web | grep -qx ready'
  [[ $(vdkr exec web cat /sys/fs/cgroup/memory.max) == 33554432 ]]
  vdkr pause web
  [[ $(vdkr ps --format '{{.State}}') == paused ]]
  vdkr unpause web
  try vdkr stop web
  expect_status 0
  [[ $(vdkr logs web) == $'ready\nbye' ]]
  [[ $(vdkr inspect -f '{{.State.ExitCode}}' web) == 7 ]]
  vdkr start web
  eventually 20 sh -c '[ "$(vdkr logs web | grep -cx ready)" = 2 ]'
  [[ $(isolation_of web) == 'memres default 0' ]]
  try script -qec 'vdkr run --rm -it busybox sh -c "tty; stty size"' /dev/null
  expect_out_has '/dev/pts/0'
}

@test "what needs a domain of its own gets one, or is refused in a memres" {
  vdkr vmemres start
  try vdkr run -d --name alone --privileged busybox sleep 1000
  expect_status 0
  expect_domains 2
  [[ $(vdkr ps --format '{{.Isolation}}') == vm ]]
  vdkr rm -f alone
  try vdkr run --rm --isolation vm busybox true
  expect_status 0
  try vdkr run --rm --isolation memres --vcpus 2 busybox true
  expect_refused 125 "--vcpus takes a domain of the container's own"
  try vdkr run --rm --isolation nothing busybox true
  expect_status 125
}

@test "two memres, of two personalities" {
  vdkr vmemres start -I one
  vpdmn memres start --instance two
  expect_domains 2
  [[ $(vdkr run --rm --instance one busybox echo 1) == 1 ]]
  [[ $(vpdmn run --rm --instance two busybox echo 2) == 2 ]]
  [[ $(vdkr memres list -q | sort | xargs) == 'one two' ]]
  vdkr vmemres stop -I one
  expect_domains 1
  [[ $(vpdmn run --rm --instance two busybox echo 2) == 2 ]]
}

@test "two that start it at the same moment get one" {
  vdkr vmemres start >"$BATS_TEST_TMPDIR/1" &
  vpdmn vmemres start >"$BATS_TEST_TMPDIR/2" &
  wait %1
  wait %2
  expect_domains 1
  [[ $(sort "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2") == \
    $'memres "default" is running\nmemres "default" is running already' ]]
}

@test "where the settings say so it is started on first use, and not for what may not be in it" {
  vdkr vconfig auto-daemon true
  try vdkr --no-daemon run --rm busybox true
  expect_status 0
  expect_domains 0
  [[ $(vdkr run --rm busybox echo first) == first ]]
  expect_domains 1
  vdkr vmemres stop
  vdkr create --name web busybox sleep 1000
  expect_domains 0
  vdkr start web
  [[ $(isolation_of web) == 'memres default 0' ]]
  vdkr vconfig auto-daemon --reset
}

@test "it ends by itself when it has been idle, and its memory comes back" {
  vdkr vmemres start --idle-timeout 3
  vdkr run --rm busybox sleep 5
  expect_domains 1
  eventually 20 sh -c '[ "$(xl list | tail -n +3 | wc -l)" = 0 ]'
  expect_nothing_left
}

@test "its kernel's panic is each container's, and the next run finds its way" {
  VXN_DOMU_CMDLINE_EXTRA=sysrq_always_enabled vdkr vmemres start
  vdkr run -d --name one busybox sleep 1000
  vdkr run -d --name two --restart on-failure busybox sleep 1000
  xl sysrq vxn-memres-default c
  eventually 30 sh -c '[ "$(vdkr inspect -f "{{.State.Status}}" one)" = exited ]'
  try vdkr inspect -f '{{.State.Error}}' one
  expect_out_has "the guest's kernel panicked"
  eventually 60 sh -c '[ "$(vdkr inspect -f "{{.State.Status}} {{.RestartCount}}" two)" = "running 1" ]'
  vdkr vmemres start
  [[ $(vdkr run --rm --isolation memres busybox echo again) == again ]]
}

@test "destroyed from outside it is not taken for one that is up" {
  local i
  for i in 1 2 3; do
    vdkr vmemres start >/dev/null
    xl destroy vxn-memres-default
    try vdkr vmemres start
    expect_status 0
    [[ $(vdkr run --rm --isolation memres busybox echo "$i") == "$i" ]]
  done
}

@test "kill -9 of all its processes is mended by the next command" {
  vdkr vmemres start
  vdkr run -d --name web busybox sleep 1000
  pkill -9 -x vxn-monitor
  try vdkr ps --format '{{.Names}} {{.State}}'
  expect_out $'web running\n'
  [[ $(vdkr exec web echo here) == here ]]
  vdkr rm -f web
  [[ $(vdkr run --rm busybox echo next) == next ]]
  expect_domains 1
}

@test "one more than there is room for is refused, or gets a domain of its own" {
  vdkr vmemres start --slots 1
  vdkr run -d --name one busybox sleep 1000
  try vdkr run --rm --isolation memres busybox true
  expect_refused 125 'the memres "default" has no room: all its 1 slots are taken'
  try vdkr run --rm busybox true
  expect_status 0
}
