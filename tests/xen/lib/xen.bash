# shellcheck shell=bash disable=SC2034
# For tests in a dom0 on real Xen. Load it with: load lib/xen
# $FAULTY_REGISTRY/FAULT/IMAGE is an image from a registry that misbehaves.
# A file may define prepare() and clean_up() for its tests; after each test nothing may be left.
# ISOLATION=memres: containers that may be in a memres are in one, which each test has for itself.

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
  if in_memres; then start_memres; fi
  if declare -F prepare >/dev/null; then prepare; fi
}

teardown() {
  if declare -F clean_up >/dev/null; then clean_up; fi
  if in_memres; then end_memres; fi
  expect_nothing_left
  : >"$BATS_SUITE_TMPDIR/clean"
}

in_memres() { [[ ${ISOLATION-} == memres ]]; }

start_memres() {
  export VXN_ISOLATION=memres
  vdkr vmemres start -m 320m --slots 8 >/dev/null
}

domain_of() { # CONTAINER
  if in_memres; then echo vxn-memres-default; else echo "vxn-$1"; fi
}

# Each container has given its slot back, and nothing in it has been lost to quarantine.
end_memres() {
  local left
  left=$(vdkr vmemres status --format '{{.UsedSlots}} used, {{.Quarantined}} in quarantine')
  vdkr vmemres stop -t 0 >/dev/null
  [[ $left == '0 used, 0 in quarantine' ]] || not_as_expected "slots that are free, not $left"
}

# Nothing is there for containers that do not run: no domain but the memres, which keeps its disks and the
# layers of images on them.
expect_no_container_lives() {
  local left
  left=$(left_domains; left_devices)
  ! in_memres || left=$(grep -vE ' vxn-memres-|/images/disks/|memfd:vxn-gpt' <<<"$left") || :
  [[ -z $left ]] || not_as_expected "nothing of a container, not $left"
  in_memres || left=$(left_nodes; left_processes)
  [[ -z $left ]] || not_as_expected "nothing of a container, not $left"
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
