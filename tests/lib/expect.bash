# shellcheck shell=bash
# What tests say: `try COMMAND…`, then what must be true of it. A failed expectation shows the
# command, its status and both of its outputs. For bats, in functional/ as in xen/.
#   $out, $err   files with the last command's standard output and error
#   $status      its exit status

bats_require_minimum_version 1.8.0
export LC_ALL=C.UTF-8

# Runs a command; its standard input is the caller's.
try() {
  tried=("$@")
  out=$BATS_TEST_TMPDIR/out
  err=$BATS_TEST_TMPDIR/err
  status=0
  "$@" >"$out" 2>"$err" || status=$?
}

# The beginning, and the end, where failures are.
excerpt() { # FILE
  if (($(stat -c %s "$1") <= 4000)); then
    cat "$1"
  else
    head -c 1500 "$1"
    printf '\n[…]\n'
    tail -c 2500 "$1"
  fi
}

# The story of the last command, for a test that fails.
show_tried() {
  printf 'command: '
  printf '%.300q ' "${tried[@]}"
  printf '\nstatus:  %s\n' "$status"
  local stream
  for stream in "$out" "$err"; do
    printf '%s: %s bytes\n' "${stream##*/}" "$(stat -c %s "$stream")"
    excerpt "$stream" | cat -v | sed '$a\' | sed 's/^/  | /'
  done
}

not_as_expected() {
  printf 'expected %s\n' "$*"
  show_tried
  return 1
}

expect_status() {
  ((status == $1)) || not_as_expected "status $1"
}

# Exactly these bytes (a text cannot hold NUL: compare files for that).
expect_out() {
  printf %s "$1" | cmp -s - "$out" || not_as_expected "on stdout exactly: $(printf '%q' "$1")"
}

expect_err() {
  printf %s "$1" | cmp -s - "$err" || not_as_expected "on stderr exactly: $(printf '%q' "$1")"
}

# A line that matches this extended regular expression.
expect_out_has() {
  grep -aqE -- "$1" "$out" || not_as_expected "a line on stdout that matches: $1"
}

expect_err_has() {
  grep -aqE -- "$1" "$err" || not_as_expected "a line on stderr that matches: $1"
}

expect_same() { # FILE FILE
  cmp -- "$1" "$2" || not_as_expected "the same bytes in $1 and $2"
}

# The command could not be carried out: this status, nothing on stdout, and one line on stderr that
# begins with the program's name and matches.
expect_refused() { # STATUS REGEX
  expect_status "$1"
  expect_out ''
  (($(wc -l <"$err") == 1)) || not_as_expected "one line on stderr"
  expect_err_has "^[a-z-]+: .*($2)"
}

# Every limit of time is this many times as long: PATIENCE=5 on a host that has much else to do.
patience=${PATIENCE:-1}

# Ends COMMAND after SECONDS.
within() { # SECONDS COMMAND…
  timeout -k 5 $(($1 * patience)) "${@:2}"
}

# Waits until COMMAND succeeds, at most SECONDS.
eventually() { # SECONDS COMMAND…
  local deadline=$((SECONDS + $1 * patience))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || {
      printf 'still not so: %s\n' "$*"
      return 1
    }
    sleep 0.1
  done
}
