# kill -9 of the monitor's relay, at each named point: not a byte is lost.
load lib/xen
load lib/kill

prepare() {
  have_image busybox
  use_failpoints
}

@test "the relay, at its start" { survives_kill_at relay.start; }
@test "the relay, when the vchan is connected" { survives_kill_at relay.connected; }
@test "the relay, when both have said hello" { survives_kill_at relay.hello; }
@test "the relay, when the container is ready" { survives_kill_at relay.container; }
@test "the relay, when the process runs" { survives_kill_at relay.started; }
@test "the relay, when a client is attached" { survives_kill_at relay.attached; }
# bats test_tags=quick
@test "the relay, when output arrives" { survives_kill_at relay.data; }
@test "the relay, when the exit arrives" { survives_kill_at relay.exit; }
@test "the relay, when the exit is acknowledged" { survives_kill_at relay.exit_acked; }
@test "the relay, when the guest is told to end, which one without --rm is" {
  run_victim relay.shutdown
  expect_whole_story
  next_command
  vdkr rm victim
  expect_nothing_left
}
# It is asked for again: nobody had been told of it yet.
exec_survives_kill_at() { # POINT
  VXN_FAILPOINT=$1 vdkr run -d --rm --name victim busybox sleep 1000 2>started
  try within 60 vdkr exec victim sh -c 'echo hello; exit 6'
  expect_status 6
  expect_out $'hello\n'
  vdkr rm -f victim
}

@test "the relay, when a further process is asked for" { exec_survives_kill_at relay.exec; }
