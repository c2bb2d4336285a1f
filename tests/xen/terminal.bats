# 14. Terminals: the container's keys, size and colours are the user's.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

# COMMAND as from a terminal of 33 rows and 101 columns; what is typed is our standard input.
on_terminal() { # COMMAND
  TERM=xterm script -qec "stty rows 33 cols 101; $1" /dev/null
}

# bats test_tags=quick
@test "a shell on a terminal: its size, its keys, its exit code" {
  try on_terminal 'vdkr run --rm -it busybox sh' \
    <<<$'stty size; tty; echo "$TERM"; [ -t 2 ] && echo err-too; exit 3'
  expect_status 3
  expect_out_has '^33 101'
  expect_out_has '^/dev/(pts/[0-9]+|console)'
  expect_out_has '^xterm'
  expect_out_has '^err-too'
  # ctrl-c is the container's, not ours
  try on_terminal 'vdkr run --rm -it busybox sh -c "trap \"echo caught; exit 5\" INT; echo ready; read x"' \
    < <(eventually 60 grep -aq ready "$BATS_TEST_TMPDIR/out" && sleep 1 && printf '\003')
  expect_status 5
  expect_out_has 'caught'
}

@test "a terminal without input, input without a terminal, and both where there is none" {
  try vdkr run --rm -t busybox sh -c 'test -t 1 && test -t 2 && echo tty; echo err >&2' </dev/null
  expect_status 0
  expect_out $'tty\r\nerr\r\n'
  expect_err ''
  try vdkr run --rm -it busybox true </dev/null
  expect_status 1
  expect_err $'the input device is not a TTY\n'
  [[ -z $(vdkr ps -aq) ]]
}

# bats test_tags=quick
@test "who leaves by the keys may come back, and nothing ends" {
  vdkr run -dit --name shell busybox sh
  try on_terminal 'vdkr attach shell' < <(printf 'x=kept\n' && sleep 3 && printf '\020\021')
  expect_status 0
  expect_out_has 'read escape sequence'
  [[ $(vdkr ps -q --format '{{.Names}}') == shell ]]
  try on_terminal 'vdkr attach --detach-keys a,b shell' < <(printf 'echo got-$x\n' && sleep 3 && printf 'ab')
  expect_status 0
  expect_out_has '^got-kept'
  try on_terminal 'vdkr attach shell' <<<'exit 6'
  expect_status 6
  try vdkr attach shell
  expect_status 1
  expect_err_has 'cannot attach to a stopped container'
}
