# 2. Exit codes and signals, as docker gives them.
load lib/xen

prepare() { have_image busybox; }

# bats test_tags=quick
@test "exit code 42" {
  try vdkr run --rm busybox sh -c 'exit 42'
  expect_status 42
  expect_err ''
}

@test "exit codes 0, 1 and 255" {
  local code
  for code in 0 1 255; do
    try vpdmn run --rm busybox sh -c "exit $code"
    expect_status "$code"
  done
}

@test "the entrypoint is PID 1: its own signals do nothing, its children's do" {
  try vdkr run --rm busybox sh -c '
    kill -9 $$; echo killed; kill -TERM $$; echo asked
    sleep 60 & kill -9 $!; wait $!; echo $?
    sleep 60 & kill -TERM $!; wait $!; echo $?
    echo $$'
  expect_status 0
  expect_out $'killed\nasked\n137\n143\n1\n'
}

@test "--init: the entrypoint is a child, so that signals end it: 137 and 143" {
  try vdkr run --rm --init busybox sh -c 'kill -9 $$; echo still here'
  expect_status 137
  expect_out ''
  try vdkr run --rm --init busybox sh -c 'kill -TERM $$; echo still here'
  expect_status 143
  expect_out ''
}

# bats test_tags=quick
@test "a missing command is 127, with docker's and podman's wording" {
  try vdkr run --rm busybox no-such-command
  expect_refused 127 'exec: "no-such-command": executable file not found in \$PATH'
  try vpdmn run --rm busybox /no/such/command
  expect_status 127
  expect_out ''
  expect_err_has '^Error: .*/no/such/command.*[Nn]o such file or directory'
}

@test "a file that cannot be executed is 126" {
  try vdkr run --rm busybox /etc/passwd
  expect_refused 126 'exec: "/etc/passwd": permission denied'
  try vdkr run --rm busybox /etc
  expect_status 126
}

# bats test_tags=quick
@test "what we cannot do is 125" {
  try vdkr run --no-such-flag busybox true
  expect_status 125
  expect_err_has 'no-such-flag'
  try vdkr run --rm no-such-image true
  expect_status 125
  expect_out ''
  try vdkr run --rm -m nonsense busybox true
  expect_status 125
}
