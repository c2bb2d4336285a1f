# 1. A container's output and nothing else.
load lib/xen

prepare() { have_image busybox; }

# bats test_tags=quick
@test "vdkr prints hello and nothing else" {
  try vdkr run --rm busybox echo hello
  expect_status 0
  expect_out $'hello\n'
  expect_err ''
}

@test "vpdmn and vxn do the same" {
  local program
  for program in vpdmn vxn; do
    try "$program" run --rm busybox echo hello
    expect_status 0
    expect_out $'hello\n'
    expect_err ''
  done
}

# bats test_tags=quick
@test "progress is shown on a terminal only, and on stderr" {
  vdkr rmi busybox >/dev/null
  try script -qec 'vdkr run --rm busybox echo hello >printed' shown </dev/null
  expect_status 0
  expect_same printed <(echo hello)
  [[ -s $out ]] || not_as_expected "progress on the terminal"

  vdkr rmi busybox >/dev/null
  try vpdmn run --rm busybox echo hello
  expect_status 0
  expect_out $'hello\n'
  ! grep -q $'\r' "$err" || not_as_expected "no progress in a pipe"
}

@test "what the options say is true in the container" {
  printf '# a comment\nB=from the file\nC\n' >variables
  C=ours try vdkr run --rm --name named --hostname host.example -w /made/here -e A=1 \
    --env-file variables -m 96m busybox sh -c 'hostname; pwd; echo "$A $B $C"; grep -c . /proc/mounts >/dev/null
      bytes=$(cat /sys/fs/cgroup/memory.max 2>/dev/null)
      [ "${bytes:-max}" != max ] || bytes=$(awk "/MemTotal/ { print \$2 * 1024 }" /proc/meminfo)
      echo $((bytes > 96 * 1024 * 1024 * 8 / 10 && bytes < 256 * 1024 * 1024)); touch /x && echo writable'
  expect_status 0
  expect_out $'host.example\n/made/here\n1 from the file ours\n1\nwritable\n'
  expect_err ''
}

@test "the container may use what -m says, and no more" {
  try vdkr run --rm -m 48m busybox sh -c 'eat() { dd if=/dev/zero of=/dev/null bs=$1 count=1 2>/dev/null; echo $?; }
    eat 40M; eat 60M'
  expect_status 0
  expect_out $'0\n137\n'
}

@test "--read-only and --entrypoint" {
  try vdkr run --rm --read-only --entrypoint /bin/sh busybox -c 'echo "$@"; touch /x' sh a 'b  c'
  expect_status 1
  expect_out $'a b  c\n'
  expect_err_has 'Read-only file system'
}

@test "a container without --rm stays as a record until it is removed" {
  try vdkr run --name kept busybox sh -c 'exit 3'
  expect_status 3
  try vdkr ps -a
  expect_out_has 'busybox .*Exited \(3\).* kept$'
  try vpdmn ps
  ! grep -q kept "$out" || not_as_expected "only running containers"
  expect_no_container_lives
  try vpdmn rm kept
  expect_status 0
}

@test "a running container is seen by all three, and rm -f ends it" {
  start vdkr run --name seen busybox sh -c 'echo up; while :; do sleep 1; done'
  prints_soon '^up$'
  local program
  for program in vdkr vpdmn vxn; do
    try "$program" ps
    expect_out_has 'busybox.* Up .* seen$'
  done
  try vdkr rm seen
  expect_status 1
  expect_err_has '^Error: You cannot remove a running container [0-9a-f]{64}\. Stop the container'
  try vxn rm -f seen
  expect_status 0
  out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
  finish 20
  expect_status 137
}

@test "--timing names each step, the processes and the requests" {
  try vdkr run --rm --timing busybox true
  expect_status 0
  expect_out ''
  local step
  local -a steps=(resolve disks create unpause connect process exit cleanup)
  in_memres || steps+=(kernel init)
  for step in "${steps[@]}"; do
    expect_err_has "^ *$step +[0-9]+(\.[0-9]+)? ms"
  done
  expect_err_has '[0-9]+ processes'
  expect_err_has '[0-9]+ xenstore requests'
}

@test "doctor finds nothing wrong here, version and info tell of Xen" {
  try vdkr doctor
  expect_status 0
  try vdkr info
  expect_status 0
  expect_out_has 'Xen 4\.'
  try vpdmn version
  expect_status 0
}
