# Many containers in one memres: one after another, at once, and at the moment at which it ends.
load lib/xen

prepare() { have_image busybox; }

clean_up() {
  remove_containers
  vdkr vmemres stop -t 0 >/dev/null
}

rounds=1000
[[ ${XEN_TESTS_MODE-} != quick ]] || rounds=100

event_channels() { # DOMAIN-ID
  local -a lsevtchn=(/usr/lib/xen-*/bin/lsevtchn)
  "${lsevtchn[0]}" "$1" | wc -l
}

# Open descriptors of all processes of ours.
open_files() {
  local pid
  for pid in $(our_processes); do find "/proc/$pid/fd" -mindepth 1; done 2>/dev/null | wc -l
}

# "WHAT NUMBER" lines of what must stay as it is.
figures() {
  local guest
  guest=$(xl domid vxn-memres-default)
  echo "xenstore-nodes $(xenstore-ls -f / | wc -l)"
  echo "event-channels-of-dom0 $(event_channels 0)"
  echo "event-channels-of-the-guest $(event_channels "$guest")"
  echo "devices $(left_devices | wc -l)"
  echo "files $(find "$data_root" "$run_root" | wc -l)"
  echo "open-files $(open_files)"
  echo "processes $(our_processes | wc -l)"
  vdkr vmemres status --format $'slots {{.UsedSlots}}\nquarantined {{.Quarantined}}'
}

# KiB that may be had in the guest, and in dom0.
memory_left() {
  vdkr vmemres status --format '{{.MemoryAvailable}}' | awk '{ print int($1 / 1024) }'
  sync
  echo 3 >/proc/sys/vm/drop_caches
  awk '/^MemAvailable/ { print $2 }' /proc/meminfo
}

expect_about() { # WHAT BEFORE AFTER KIB
  (($2 - $3 < $4)) || not_as_expected "$1: at most $4 KiB less of $2, not $3"
}

# In a memres of so much memory: the first runs fill what stays.
warm() { # MEMORY
  local i
  vdkr vmemres start -m "$1" --slots 4
  for ((i = 0; i < 8; i++)); do vdkr run --rm busybox true; done
}

run_all() {
  local i
  for ((i = 0; i < rounds; i++)); do
    [[ $(vdkr run --rm --isolation memres -i busybox cat <<<"$i") == "$i" ]] || return
  done
}

# bats test_tags=quick
@test "one after another: nothing grows on the host" {
  warm 96m
  figures >before
  run_all
  figures >after
  diff -u before after
}

@test "one after another: no memory is lost" {
  local -a before after
  warm 192m
  mapfile -t before < <(memory_left)
  run_all
  mapfile -t after < <(memory_left)
  expect_about "memory of the guest" "${before[0]}" "${after[0]}" 2048
  expect_about "memory of dom0" "${before[1]}" "${after[1]}" 8192
  paste -d ' ' <(printf 'guest-kib %s\ndom0-kib %s\n' "${before[@]}") <(printf '%s\n' "${after[@]}") >&3
}

# As many as `doctor` says that fit.
# bats test_tags=quick
@test "many at once: each is itself, and all go" {
  local i number=50
  [[ ${XEN_TESTS_MODE-} != quick ]] || number=10
  vdkr vmemres start -m 256m --slots "$number"
  for ((i = 1; i <= number; i++)); do
    vdkr run -d --isolation memres --name "c$i" busybox sh -c "echo $i >/me; exec sleep 100000" >/dev/null
  done
  [[ $(vdkr ps -q | wc -l) == "$number" ]]
  for ((i = 1; i <= number; i++)); do
    [[ $(vdkr exec "c$i" sh -c 'cat /me; set -- /proc/[0-9]*; echo $#') == "$i"$'\n'2 ]]
  done
  try vdkr run --rm --isolation memres busybox true
  expect_refused 125 "has no room: all its $number slots are taken"
  remove_containers
  try vdkr vmemres status --format '{{.UsedSlots}} {{.Quarantined}} {{.Containers}}'
  expect_out $'0 0 0\n'
}

# Has the input given back, and tells in which guest: what asked the memres for that would be use.
guest_of_run() { # INPUT
  vdkr run --rm -i busybox cat - /proc/sys/kernel/random/boot_id <<<"$1" >said
  [[ $(head -n 1 said) == "$1" ]] || return
  tail -n 1 said
}

# The time between two runs draws near to that after which it ends: it must have ended by itself in some of
# the rounds, and not in others.
# bats test_tags=quick
@test "at the moment at which it ends, a run is in it or elsewhere, and does what it should" {
  local i before now idle=1 step=25 number=200 ended=0 lived=0 pause
  [[ ${XEN_TESTS_MODE-} != quick ]] || idle=2 step=500 number=6
  export VXN_AUTO_DAEMON=true VXN_IDLE_TIMEOUT=$idle
  pause=$((1000 * idle))
  before=$(guest_of_run first)
  for ((i = 0; i < number; i++)); do
    sleep "$((pause / 1000)).$(printf '%03d' $((pause % 1000)))"
    now=$(guest_of_run "$i")
    if [[ $now == "$before" ]]; then
      lived=$((lived + 1)) pause=$((pause + step))
    else
      ended=$((ended + 1)) pause=$((pause > step ? pause - step : pause))
    fi
    before=$now
  done
  ((lived > number / 10 && ended > number / 10)) ||
    not_as_expected "both, not $lived times that it lived and $ended that it had ended"
}
