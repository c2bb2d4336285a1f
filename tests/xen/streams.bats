# 3. Standard input, output and error: every byte, and both ends.
load lib/xen

prepare() { have_image busybox; }

all_bytes() {
  local i
  for ((i = 0; i < 256; i++)); do printf '%b' "\\x$(printf %x "$i")"; done
}

# bats test_tags=quick
@test "stdout and stderr stay separate; all 256 bytes both ways, on both" {
  all_bytes >bytes
  (($(stat -c %s bytes) == 256))
  try vdkr run --rm -i busybox tee /dev/stderr <bytes
  expect_status 0
  expect_same bytes "$out"
  expect_same bytes "$err"
}

# bats test_tags=quick
@test "64 MiB of random bytes through cat" {
  head -c 64M /dev/urandom >bytes
  try vdkr run --rm -i busybox cat <bytes
  expect_status 0
  expect_same bytes "$out"
  expect_err ''
}

@test "head -c 1 of an input without end ends" {
  try within 60 vdkr run --rm -i busybox head -c 1 < <(yes)
  expect_status 0
  expect_out y
}

@test "an empty standard input, a closed one, and none" {
  try within 60 vdkr run --rm -i busybox wc -c < <(:)
  expect_out $'0\n'
  try within 60 vdkr run --rm -i busybox wc -c </dev/null
  expect_out $'0\n'
  try within 60 vdkr run --rm busybox wc -c < <(yes)
  expect_out $'0\n'
  try within 60 vdkr run --rm -i busybox wc -c <&-
  expect_out $'0\n'
}

@test "the end of the input reaches the container, which then goes on" {
  try vdkr run --rm -i busybox sh -c 'cat; echo after; sleep 1; echo later' <<<text
  expect_status 0
  expect_out $'text\nafter\nlater\n'
}

@test "a conversation: nothing waits for more" {
  local answer i
  coproc talk { vdkr run --rm -i busybox cat; }
  for i in 1 2 3 4 5 6 7 8 9 10; do
    echo "line $i" >&"${talk[1]}"
    read -r -t $((60 * patience)) answer <&"${talk[0]}"
    [[ $answer == "line $i" ]]
  done
  local input=${talk[1]}
  exec {input}>&-
  wait "$talk_PID"
}

@test "a burst of 1 MiB and an immediate exit: all of it arrives" {
  try vdkr run --rm busybox sh -c 'head -c 1048576 /dev/zero; head -c 1000 /dev/zero >&2; exit 9'
  expect_status 9
  (($(stat -c %s "$out") == 1048576)) || not_as_expected "1048576 bytes"
  (($(stat -c %s "$err") == 1000)) || not_as_expected "1000 bytes of stderr"
}

@test "closing our stdout ends the container" {
  local -a ends
  within 60 vdkr run --rm busybox yes | head -n 1 >first
  ends=("${PIPESTATUS[@]}")
  expect_same first <(echo y)
  printf 'status of vdkr: %s\n' "${ends[0]}"
  ((ends[0] != 124 && ends[0] != 0))
}

@test "output that nobody reads for a while is not lost" {
  vdkr run --rm busybox sh -c 'i=0; while [ $i -lt 100000 ]; do echo "line $i"; i=$((i + 1)); done' |
    { sleep 15; cat; } >slowly
  expect_same slowly <(seq -f 'line %.0f' 0 99999)
}

@test "what is left in a pipe of a background process comes before the end" {
  try vdkr run --rm busybox sh -c '(sleep 0.3; echo late) & echo early; exit 4'
  expect_status 4
  expect_out_has '^early$'
}

@test "only the streams that are named are attached" {
  try vdkr run --rm -a stderr busybox sh -c 'echo out; echo err >&2'
  expect_status 0
  expect_out ''
  expect_err $'err\n'
}
