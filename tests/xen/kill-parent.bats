# 10. kill -9 of the monitor's parent, at each named point.
load lib/xen
load lib/kill

prepare() {
  have_image busybox
  use_failpoints
}

@test "the parent, at its start" { survives_kill_at parent.start; }
@test "the parent, when the disks are made" { survives_kill_at parent.disks; }
@test "the parent, when the domain is made" { survives_kill_at parent.created; }
@test "the parent, when the disks are attached" { survives_kill_at parent.attached; }
@test "the parent, when the domain runs" { survives_kill_at parent.unpaused; }
# bats test_tags=quick
@test "the parent, when the container runs" { survives_kill_at parent.started; }
@test "the parent, when the exit is recorded" { survives_kill_at parent.exit_recorded; }
@test "the parent, when the domain is destroyed" { survives_kill_at parent.destroyed; }
@test "the parent, when the devices are gone" { survives_kill_at parent.detached; }
@test "the parent, when all is cleaned" { survives_kill_at parent.cleaned; }
