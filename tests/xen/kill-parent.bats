# 10. kill -9 of the monitor's parent, at each named point.
load lib/xen
load lib/kill

prepare() {
  have_image busybox
  use_failpoints
}

@test "the parent, at its start" { start_fails_at parent.start; }
@test "the parent, when its state is recorded" { start_fails_at parent.recorded; }
@test "the parent, when the layers are one disk" { start_fails_at parent.layers; }
@test "the parent, when the disks are made" { start_fails_at parent.disks; }
@test "the parent, when xl has made the domain" { start_fails_at toolstack.created; }
@test "the parent, when the domain is made" { start_fails_at parent.created; }
# bats test_tags=quick
@test "the parent, when the disks are offered" { start_fails_at parent.offered; }
@test "the parent, when the domain runs" { start_fails_at parent.unpaused; }
@test "the parent, when the guest has its disks" { start_fails_at parent.ready; }
# bats test_tags=quick
@test "the parent, when the container runs" { survives_kill_at parent.running; }
@test "the parent, when the exit is recorded" { survives_kill_at parent.exit_recorded; }
@test "the parent, when Xen has taken the domain apart" { survives_kill_at parent.domain_gone; }
@test "the parent, when the domain is destroyed" { survives_kill_at parent.destroyed; }

@test "the parent, when all is cleaned up, the record kept" {
  run_victim parent.cleaned
  expect_whole_story
  vdkr rm victim
  expect_nothing_left
}
