# kill -9 of the monitor's parent, at each named point before the container runs: the start has failed.
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
