# shellcheck shell=bash disable=SC2154
# Ends one of the processes behind a container at a named point (the build with failpoints), or at
# any time, and looks at what becomes of the container.

# From here on this test's programs are those with failpoints.
use_failpoints() {
  export PATH=/opt/failpoints/usr/bin:$PATH VXN_LIBEXEC_DIR=/opt/failpoints/usr/libexec/vxn
}

# A second of life, output before, while and after, and an exit code of its own.
victim='i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i + 1)); done; echo middle >&2; sleep 1
  while [ $i -lt 4000 ]; do echo "line $i"; i=$((i + 1)); done; exit 42'

# The relay says where it is killed, but may not write to files (RLIMIT_FSIZE): to a pipe it may.
with_piped_stderr() {
  local code=0
  {
    "$@" 2>&1 >&4 | cat >&2
    code=${PIPESTATUS[0]}
  } 4>&1
  return "$code"
}

run_victim() { # POINT [FLAG…]
  local point=$1
  local -a piped=()
  [[ $point != relay.* ]] || piped=(with_piped_stderr)
  VXN_FAILPOINT=$point try "${piped[@]}" within 120 vdkr --debug run "${@:2}" --name victim \
    busybox sh -c "$victim"
  grep -aq "failpoint $point\$" "$err" || not_as_expected "a process to be killed at $point"
}

# The next command finishes or undoes what was left half-done.
next_command() {
  vdkr ps -a >"$BATS_TEST_TMPDIR/next" 2>&1 || {
    cat "$BATS_TEST_TMPDIR/next"
    return 1
  }
}

all_records_gone() { next_command && [[ -z $(vdkr ps -a -q) ]]; }

expect_whole_story() {
  expect_status 42
  expect_same "$out" <(seq -f 'line %.0f' 0 3999)
  expect_err_has '^middle$'
}

# The relay dies at any time, or the parent when the container runs or has ended: the client, and so
# the user, must not notice.
survives_kill_at() { # POINT
  run_victim "$1" --rm
  expect_whole_story
  next_command
  expect_nothing_left
}

# The parent dies before the container runs: the start has failed, and is undone.
start_fails_at() { # POINT
  run_victim "$1" --rm
  expect_status 125
  expect_out ''
  expect_err_has '^vdkr: .*start was interrupted'
  next_command
  expect_nothing_left
}

# The client dies: a container that is not there yet goes away, one that runs goes on to its end.
client_killed_at() { # POINT
  run_victim "$1" --rm
  expect_status 137
  next_command
  eventually 30 all_records_gone
  expect_nothing_left
}
