# 12. A container's life without anybody attached: created, started, told to stop, started again.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

state_of() { vdkr ps -a --format '{{.Names}} {{.State}}' | sed -n "s/^$1 //p"; }
# Its command hears the signals that it has a trap for, and says so then.
is_ready() { vdkr logs "$1" | grep -qx ready; }
is_being_made() {
  if in_memres; then
    [[ $(vdkr vmemres status --format '{{.UsedSlots}}') != 0 ]]
  else
    xl list | grep -q "^vxn-$1 "
  fi
}
status_of() { vdkr ps -a --format '{{.Names}} {{.Status}}' | sed -n "s/^$1 //p"; }

# bats test_tags=quick
@test "a detached container runs until it is stopped, starts again and keeps its files" {
  try vdkr run -d --name web busybox sh -c \
    'echo x >>/count; trap "exit 7" TERM; echo ready; while :; do sleep 1; done'
  expect_status 0
  expect_err ''
  [[ $(cat "$out") =~ ^[0-9a-f]{64}$ ]]
  eventually 20 is_ready web
  [[ $(state_of web) == running ]]
  try vdkr stop web
  expect_status 0
  expect_out $'web\n'
  [[ $(status_of web) == 'Exited (7) '* ]] || not_as_expected "7, not $(status_of web)"
  expect_no_container_lives
  try vdkr inspect -f '{{.State.Status}} {{.State.ExitCode}}' web
  expect_out $'exited 7\n'
  try vdkr start web
  expect_status 0
  expect_out $'web\n'
  [[ $(state_of web) == running ]]
  try vpdmn restart -t 0 web # killed at once
  expect_status 0
  [[ $(state_of web) == running ]]
  vdkr kill web
  try vdkr wait web
  expect_out $'137\n'
  try vdkr create --name counter busybox true
  expect_status 0
  [[ $(state_of counter) == created ]]
}

@test "create, then start with its output; it may be started again" {
  vdkr create --name job -i busybox sh -c 'echo "$(cat)" >>/log; cat /log; exit 4'
  try vdkr start -ai job <<<one
  expect_status 4
  expect_out $'one\n'
  try vdkr start -ai job <<<two
  expect_status 4
  expect_out $'one\ntwo\n'
  try vdkr start -ai job </dev/null
  expect_status 4
  expect_out $'one\ntwo\n\n'
}

@test "who does not hear the stop signal is killed after its time" {
  vdkr run -d --name deaf --stop-timeout 1 busybox \
    sh -c 'trap "echo told" TERM; while :; do sleep 1; echo a second; done'
  eventually 20 sh -c 'vdkr logs deaf | grep -q second'
  try vdkr stop deaf
  expect_status 0
  vdkr logs deaf >said
  grep -qx told said
  (($(sed '1,/told/d' said | wc -l) < 8)) || not_as_expected "less than docker's ten seconds"
  [[ $(status_of deaf) == 'Exited (137) '* ]]
  vdkr run -d --name usr --stop-signal USR1 busybox \
    sh -c 'trap "exit 9" USR1; echo ready; while :; do sleep 1; done'
  eventually 20 is_ready usr
  vdkr stop usr
  [[ $(status_of usr) == 'Exited (9) '* ]]
}

@test "wait tells the exit status while and after it runs, also of one that removes itself" {
  vdkr run -d --rm --name short busybox sh -c 'sleep 2; exit 5'
  try vdkr wait short
  expect_status 0
  expect_out $'5\n'
  eventually 20 sh -c '[ -z "$(vdkr ps -aq)" ]'
  try vdkr wait short
  expect_status 1
  expect_err $'Error: No such container: short\n'
}

@test "what cannot be started is told, and a container that was made for it is as docker leaves it" {
  try vdkr run -d --rm busybox no-such-command
  expect_refused 127 'executable file not found'
  [[ -z $(vdkr ps -aq) ]]
  vdkr create --name bad busybox no-such-command
  try vdkr start bad
  expect_status 1
  expect_err_has 'executable file not found'
  [[ $(state_of bad) == exited ]]
  try vdkr kill bad
  expect_status 1
  expect_err_has 'is not running$'
  try vdkr stop bad
  expect_status 0
}

@test "an interrupt before the start of a detached one leaves nothing" {
  start vdkr run -d --name late busybox sleep 60
  eventually 30 is_being_made late
  kill -TERM "$job"
  finish 60
  [[ $status == 143 || $status == 0 ]] || not_as_expected "143, or 0 where it was too late"
  if [[ $status == 143 ]]; then [[ -z $(vdkr ps -aq) ]]; fi
}

# bats test_tags=quick
@test "the death of its monitor is not noticed" {
  vdkr run -d --name kept busybox sh -c 'trap "exit 3" TERM; echo ready; while :; do sleep 1; done'
  eventually 20 is_ready kept
  start vdkr wait kept
  pkill -9 -f 'vxn-monitor supervise'
  [[ $(state_of kept) == running ]]
  vdkr stop kept
  finish 60
  expect_status 0
  expect_out $'3\n'
}

# bats test_tags=quick
@test "a paused one stands still until it goes on, is stopped or removed" {
  vdkr run -d --name web busybox sh -c 'trap "exit 3" TERM; while :; do echo x; sleep 0.2; done'
  eventually 20 sh -c 'vdkr logs web | grep -q x'
  vdkr pause web
  [[ $(state_of web) == paused ]]
  try vdkr ps --format '{{.Status}}'
  expect_out_has '\(Paused\)$'
  try vdkr exec web true
  expect_status 1
  expect_err_has 'is paused, unpause the container first$'
  try vdkr pause web
  expect_err_has 'is already paused$'
  sleep 1
  vdkr logs web >before
  sleep 2
  expect_same before <(vdkr logs web)
  pkill -9 -f 'vxn-monitor supervise'
  [[ $(state_of web) == paused ]]
  vdkr unpause web
  [[ $(state_of web) == running ]]
  eventually 20 sh -c '[ "$(vdkr logs web | wc -l)" -gt "$(wc -l <before)" ]'
  try vpdmn unpause web
  expect_status 125
  vpdmn pause web
  vdkr stop web # what is to end it is heard
  [[ $(vdkr wait web) == 3 ]]
  vdkr start web
  vdkr pause web
  vdkr rm -f web
}

@test "another name, and all that do not run gone" {
  vdkr run -d --name web busybox sleep 1000
  vdkr create --name other busybox true
  try vdkr rename web other
  expect_status 1
  expect_err_has 'is already in use by container'
  vdkr rename web web-old
  try vdkr ps --format '{{.Names}}'
  expect_out $'web-old\n'
  if ! in_memres; then
    try xl list
    expect_out_has '^vxn-web-old '
  fi
  try vdkr start web
  expect_err $'Error: No such container: web\n'
  vdkr run -d --name web busybox sleep 1000
  vdkr rename other third
  try vdkr container prune --filter label=x -f
  expect_out $'Total reclaimed space: 0B\n'
  try vpdmn container prune <<<n
  expect_status 0
  [[ $(vdkr ps -aq | wc -l) == 3 ]]
  try vdkr container prune <<<y
  expect_status 0
  expect_out_has 'Deleted Containers:$'
  [[ $(vdkr ps -aq | wc -l) == 2 ]]
  vdkr rm -f web-old web
}
