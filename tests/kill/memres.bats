# kill -9 of each process at each point of a plug into a memres and out of it: as in a domain of its own,
# and the memres stays as good as new.
load lib/xen
load lib/kill

prepare() {
  have_image busybox
  use_failpoints
  vdkr vmemres start >/dev/null
}

clean_up() { vdkr vmemres stop -t 0 >/dev/null; }

expect_memres_as_new() {
  next_command
  eventually 30 all_records_gone
  try vdkr vmemres status --format '{{.UsedSlots}} {{.Quarantined}} {{.Containers}}'
  expect_out $'0 0 0\n'
  [[ $(vdkr run --rm --isolation memres busybox echo fine) == fine ]]
}

fails_in_memres_at() { # POINT
  run_victim "$1" --rm --isolation memres
  expect_status 125
  expect_out ''
  expect_err_has '^vdkr: .*start was interrupted'
  expect_memres_as_new
}

survives_in_memres_at() { # POINT
  run_victim "$1" --rm --isolation memres
  expect_whole_story
  expect_memres_as_new
}

dies_in_memres_at() { # POINT
  run_victim "$1" --rm --isolation memres
  expect_status 137
  expect_memres_as_new
}

@test "the parent, before the container runs" {
  local point
  # The layers first: they stay on the disk for the next ones.
  for point in layers recorded slot disks offered ready; do fails_in_memres_at "parent.$point"; done
}

# bats test_tags=quick
@test "the parent, when the container runs, has ended, and is unplugged" {
  local point
  for point in running exit_recorded detached destroyed; do survives_in_memres_at "parent.$point"; done
}

@test "the relay, at each of its steps" {
  local point
  for point in start connected hello container started data exit exit_acked shutdown; do
    survives_in_memres_at "relay.$point"
  done
}

@test "the client" {
  local point
  for point in client.created client.spawned; do dies_in_memres_at "$point"; done
}

# The memres is not up yet: what there is of it goes, and the next one is whole.
reaper_dies_at() { # POINT
  vdkr vmemres stop >/dev/null
  VXN_FAILPOINT=$1 try with_piped_stderr within 120 vdkr --debug vmemres start
  grep -aq "failpoint $1\$" "$err" || not_as_expected "a process to be killed at $1"
  next_command
  try vdkr vmemres start
  expect_status 0
  expect_memres_as_new
}

@test "the reaper, while it makes the memres" {
  local point
  for point in start created unpaused ready; do reaper_dies_at "reaper.$point"; done
}

@test "the reaper, while the memres runs and when it ends" {
  vdkr run -d --name web --isolation memres busybox sleep 1000
  pkill -9 -f 'vxn-monitor reap'
  [[ $(vdkr exec web echo here) == here ]]
  vdkr rm -f web
  expect_memres_as_new
  VXN_FAILPOINT=reaper.removed vdkr vmemres restart
  vdkr vmemres stop || :
  next_command
  [[ -z $(vdkr vmemres list -q) ]]
}

# Its own end in the middle of a plug is no container's.
@test "the memres itself, while a container is plugged in" {
  VXN_FAILPOINT=parent.offered:sleep start vdkr run --rm busybox echo elsewhere
  eventually 20 sh -c '[ -n "$(vdkr vmemres status --format "{{.Names}}")" ]'
  xl destroy vxn-memres-default
  finish 120
  expect_status 0
  expect_out $'elsewhere\n'
  next_command
  [[ -z $(vdkr vmemres list -q) ]]
}
