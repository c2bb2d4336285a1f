# shellcheck shell=bash disable=SC2034
# For tests in a dom0 on real Xen. Load it with: load lib/xen
# $FAULTY_REGISTRY/FAULT/IMAGE is an image from a registry that misbehaves.
# A file may define prepare() and clean_up() for its tests; after each test nothing may be left.

load ../lib/expect
load lib/leftovers

export VXN_INSECURE_REGISTRIES=registry.test:5000,$FAULTY_REGISTRY

# To look takes seconds under emulation: only where the test before did not find that nothing is left.
setup() {
  local left
  if [[ ! -e $BATS_SUITE_TMPDIR/clean ]]; then
    left=$(leftovers)
    if [[ -n $left ]]; then
      printf 'found before the test, removed:\n%s\n' "$left"
      undo_leftovers
    fi
  fi
  rm -f "$BATS_SUITE_TMPDIR/clean"
  cd "$BATS_TEST_TMPDIR" || return
  if declare -F prepare >/dev/null; then prepare; fi
}

teardown() {
  if declare -F clean_up >/dev/null; then clean_up; fi
  expect_nothing_left
  : >"$BATS_SUITE_TMPDIR/clean"
}

# The image is in the store, so that a test does not pay for the pull.
have_image() { # NAME
  vdkr images -q "$1" 2>/dev/null | grep -q . || vdkr pull "$1" >/dev/null
}

# All of them, whatever they do.
remove_containers() {
  local -a names
  mapfile -t names < <(vdkr ps -aq)
  ((${#names[@]} == 0)) || vdkr rm -f "${names[@]}" >/dev/null
}

# Starts COMMAND in the background with its outputs in files, as $job.
start() { # COMMAND…
  tried=("$@")
  out=$BATS_TEST_TMPDIR/out
  err=$BATS_TEST_TMPDIR/err
  "$@" <&0 >"$out" 2>"$err" 3>&- 4>&- &
  job=$!
}

# Waits for it, at most SECONDS; it is killed then.
finish() { # SECONDS
  local watchdog
  { sleep $(($1 * patience)) && kill -9 "$job"; } >/dev/null 2>&1 3>&- 4>&- &
  watchdog=$!
  status=0
  wait "$job" || status=$?
  kill "$watchdog" 2>/dev/null || :
}

# What the container printed so far has such a line.
prints_soon() { # REGEX [SECONDS]
  eventually "${2:-60}" grep -aqE -- "$1" "$out" || not_as_expected "soon on stdout: $1"
}
