# 13. What a container has said is kept, each stream by itself, whole and in order.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

# bats test_tags=quick
@test "the streams of a detached container are kept apart, and shown while it runs and afterwards" {
  vdkr run -d --name talks busybox sh -c \
    'i=0; while [ $i -lt 49 ]; do echo "out $i"; echo "err $i" >&2; i=$((i + 1)); done
     sleep 1; echo "out 49"; sleep 1; echo "err 49" >&2; sleep 1; printf half; trap "echo; echo bye; exit 0" TERM; while :; do sleep 1; done'
  eventually 20 sh -c 'vdkr logs talks 2>/dev/null | grep -q "^half$"'
  # Which of two pipes is read first is nobody's promise: the last three are told apart by time.
  try vdkr logs talks
  expect_status 0
  expect_same "$out" <(seq -f 'out %.0f' 0 49; printf half)
  expect_same "$err" <(seq -f 'err %.0f' 0 49)
  try vpdmn logs --tail 3 talks
  expect_out $'out 49\nhalf'
  expect_err $'err 49\n'
  start vdkr logs -f --tail 1 talks
  vdkr stop talks
  finish 30
  expect_status 0
  expect_out $'half\nbye\n'
  try vdkr logs -t --since 10m --tail 1 talks
  grep -qE '^20[0-9-]{8}T[0-9:.]{18}Z bye$' "$out" || not_as_expected "a time before the line"
  start vdkr start -a talks
  eventually 30 sh -c '[ "$(vdkr logs talks 2>/dev/null | grep -c "^out 0$")" = 2 ]'
  vdkr kill talks
  finish 30
  expect_status 137
}

@test "every byte is kept, of a container that has ended, and of one that nobody kept up with" {
  vdkr run --name bytes busybox sh -c \
    'head -c 3000000 /dev/urandom | tee /sum | cat; sha256sum </sum >&2' >all
  try vdkr logs bytes
  expect_status 0
  expect_same "$out" all
  expect_err "$(sha256sum <all)"$'\n'
  vdkr run --name quiet --log-driver none busybox echo hello
  try vdkr logs quiet
  expect_status 1
  expect_err_has 'configured logging driver does not support reading'
  vdkr run --name many --log-opt max-size=20k --log-opt max-file=2 busybox \
    sh -c 'i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i + 1)); done' >/dev/null
  try vdkr logs many
  [[ $(tail -n 1 "$out") == 'line 2999' ]]
  (($(wc -l <"$out") < 2900)) || not_as_expected "the oldest gone"
  (($(find "$data_root/containers" -name 'output.log*' | wc -l) <= 4))
}

@test "the death of relay and monitor neither repeats nor loses a line" {
  vdkr run -d --name kept busybox sh -c \
    'i=0; while [ $i -lt 400 ]; do echo "line $i"; i=$((i + 1)); [ $((i % 100)) != 0 ] || sleep 1; done'
  local victim
  for victim in relay supervise relay; do
    sleep 1
    pkill -9 -f "vxn-monitor $victim" || :
    vdkr ps >/dev/null
  done
  vdkr wait kept
  try vdkr logs kept
  expect_same "$out" <(seq -f 'line %.0f' 0 399)
}
