# 8. Several at once.
load lib/xen

prepare() { have_image busybox; }

at_once() { # N
  local i status=0
  local -a jobs
  for ((i = 0; i < $1; i++)); do
    vdkr run --rm -m 64m busybox sh -c "echo container $i; exit $i" >"out.$i" 2>"err.$i" 3>&- &
    jobs[i]=$!
  done
  for ((i = 0; i < $1; i++)); do
    status=0
    wait "${jobs[i]}" || status=$?
    printf 'container %s: status %s\n' "$i" "$status"
    cat "err.$i"
    ((status == i))
    expect_same "out.$i" <(echo "container $i")
  done
}

# bats test_tags=quick
@test "two at once" { at_once 2; }

@test "eight at once" { at_once 8; }

@test "a name that is taken is a clear error, also for the other programs" {
  start vdkr run --rm --name taken busybox sh -c 'echo up; while :; do sleep 1; done'
  prints_soon '^up$'
  local kept=$out first=$job
  try vdkr run --rm --name taken busybox true
  expect_refused 125 'Conflict\. The container name "/taken" is already in use by container "[0-9a-f]{64}"'
  try vpdmn run --rm --name taken busybox true
  expect_status 125
  expect_err_has '^Error: .*taken.*in use'
  try vdkr rm -f taken
  job=$first out=$kept
  finish 20
}
