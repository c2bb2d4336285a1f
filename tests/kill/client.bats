# kill -9 of the process that the user started, at each named point.
load lib/xen
load lib/kill

prepare() {
  have_image busybox
  use_failpoints
}

@test "the client, when the pulled image is in the store" {
  vdkr rmi -f busybox >/dev/null
  client_killed_at pull.installed
}

@test "the client, when the name is taken" { client_killed_at client.named; }

@test "the client, when the record is written" { client_killed_at client.recorded; }

@test "the client, when the record is there" { client_killed_at client.created; }

# bats test_tags=quick
@test "the client, when the monitor is started" { client_killed_at client.spawned; }

@test "the client, when the container runs" { client_killed_at client.started; }

@test "the client, when it is attached to the relay" { client_killed_at client.attached; }

@test "the client, when the first output is written" { client_killed_at client.output; }

@test "the client, when the exit record has come" { client_killed_at client.ended; }

@test "the client, when it knows the end" { client_killed_at client.exiting; }

@test "a container whose client was killed runs on and is seen" {
  start vdkr run --name orphan busybox sh -c 'echo up; sleep 6; exit 5'
  prints_soon '^up$'
  kill -9 "$job"
  finish 10
  expect_status 137
  try vdkr ps
  expect_out_has ' Up .* orphan$'
  eventually 30 eval "vdkr ps -a | grep -q 'Exited (5).*orphan'"
  vdkr rm orphan
}
