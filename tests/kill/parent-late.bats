# kill -9 of the monitor's parent, at each named point from the container's start on: nobody must notice.
load lib/xen
load lib/kill

prepare() {
  have_image busybox
  use_failpoints
}

# bats test_tags=quick
@test "the parent, when the container runs" { survives_kill_at parent.running; }
@test "the parent, when the exit is recorded" { survives_kill_at parent.exit_recorded; }
@test "the parent, when Xen has taken the domain apart" { survives_kill_at parent.domain_gone; }
@test "the parent, when the domain is destroyed" { survives_kill_at parent.destroyed; }

@test "the parent, while the container waits to be started again" {
  run_victim parent.waiting --restart on-failure:1
  expect_whole_story
  next_command
  restarted() {
    [[ $(vdkr inspect -f '{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}' victim) == \
      '1 exited 42' ]]
  }
  eventually 60 restarted
  vdkr rm victim
  expect_nothing_left
}

@test "the parent, when all is cleaned up, the record kept" {
  run_victim parent.cleaned
  expect_whole_story
  vdkr rm victim
  expect_nothing_left
}
