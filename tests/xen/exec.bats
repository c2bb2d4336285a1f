# 15. Further processes in a container that runs.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

# bats test_tags=quick
@test "a process has the container's files and environment, its own streams and exit code" {
  vdkr run -d --name web -e A=1 -w /tmp busybox sh -c 'echo x >/here; while :; do sleep 1; done'
  try vdkr exec web sh -c 'cat /here; pwd; echo "$A $B"; echo err >&2; exit 9'
  expect_status 9
  expect_out $'x\n/tmp\n1 \n'
  expect_err $'err\n'
  try vpdmn exec -e B=2 -w / -u nobody web sh -c 'pwd; echo "$A $B"; id -un'
  expect_out $'/\n1 2\nnobody\n'
  head -c 1000000 /dev/urandom >bytes
  try vdkr exec -i web cat <bytes
  expect_same "$out" bytes
  try vdkr exec web cat <bytes # without -i nobody reads it
  expect_out ''
  try vdkr exec web no-such-command
  expect_status 127
  expect_err_has 'executable file not found'
  vdkr exec -d web sh -c 'echo later >/tmp/later'
  eventually 20 vdkr exec web test -s /tmp/later
  try vdkr exec web ps
  expect_out_has 'sleep 1'
  # what runs is told in the container's log, a further process is not
  try vdkr logs web
  expect_out ''
}

@test "several at once, to the end of the container" {
  vdkr run -d --name web busybox sh -c 'trap "exit 0" TERM; while :; do sleep 1; done'
  local i
  for i in 1 2 3 4; do
    vdkr exec web sh -c "head -c 200000 /dev/zero | tr '\\0' $i; exit $i" >"out-$i" 3>&- 4>&- &
  done
  for i in 1 2 3 4; do
    wait -n || :
  done
  for i in 1 2 3 4; do
    [[ $(tr -d "$i" <"out-$i" | wc -c) == 0 && $(stat -c %s "out-$i") == 200000 ]]
  done
  start vdkr exec web sleep 100
  sleep 2
  vdkr stop web
  finish 60
  expect_status 137
  try vdkr exec web true
  expect_status 1
  expect_err_has 'is not running$'
  try vpdmn exec web true
  expect_status 255
}

@test "a terminal, its size and the keys that leave it" {
  vdkr run -d --name web busybox sleep 1000
  try script -qec 'stty rows 20 cols 90; vdkr exec -it web sh' /dev/null <<<$'stty size; exit 4'
  expect_status 4
  expect_out_has '^20 90'
}

death_is_not_noticed() { # PROCESSES
  vdkr run -d --name web busybox sleep 1000
  start vdkr exec web sh -c 'i=0; while [ $i -lt 300 ]; do echo "line $i"; i=$((i + 1)); [ $((i % 100)) != 0 ] || sleep 2; done'
  sleep 3
  pkill -9 -f "$1"
  finish 60
  expect_status 0
  expect_same "$out" <(seq -f 'line %.0f' 0 299)
}

@test "the death of the relay is not noticed" { death_is_not_noticed 'vxn-monitor relay'; }
@test "nor that of the whole monitor" { death_is_not_noticed vxn-monitor; }
