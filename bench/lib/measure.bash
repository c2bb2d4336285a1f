# shellcheck shell=bash disable=SC2154
# What the measurements share. `work` is a directory of theirs.

sample() { # WHAT SIDE NUMBER
  printf 'sample\t%s\t%s\t%s\n' "$@"
  printf '  %-9s %-8s %s\n' "$@" >&2
}

# Milliseconds that a command takes.
milliseconds() { # COMMAND…
  local begin=$EPOCHREALTIME end
  "$@" >/dev/null
  end=$EPOCHREALTIME
  in_milliseconds $((${end/./} - ${begin/./}))
}

in_milliseconds() { printf '%d.%03d\n' $(($1 / 1000)) $(($1 % 1000)); } # MICROSECONDS

now() { printf -v "$1" %s "${EPOCHREALTIME/[.,]/}"; }

# A watch on all domains, there before the clock runs, so that no process is started while it does.
# Only for the baseline: our side writes to xenstore, too, and would pay for being told of it.
start_watch() {
  [[ -p $work/events ]] || mkfifo "$work/events"
  xenstore-watch /local/domain >"$work/events" &
  watcher=$!
  exec {events}<"$work/events"
  read -r -t 10 -u "$events" _ # the first event comes at once
}

stop_watch() {
  kill "$watcher"
  wait "$watcher" || :
  watcher=
  exec {events}<&-
}

# The domain of bare_config from nothing until its init speaks, and to its end, as a sample of the
# baseline.
bare() { # WHAT
  local begin end path=
  start_watch
  now begin
  xl create -q -e "$work/bare.cfg"
  until [[ $path == /local/domain/*/data/vxn/0/* ]]; do
    read -r -t 60 -u "$events" path
  done
  xl destroy bench-bare
  now end
  stop_watch
  sample "$1" baseline "$(in_milliseconds $((end - begin)))"
}

# For a trap: what a measurement that was cut short may leave of it.
end_bare() {
  [[ -z ${watcher-} ]] || kill "$watcher" 2>/dev/null
  xl destroy bench-bare 2>/dev/null || :
}

have_busybox() { vdkr images -q busybox | grep -q . || vdkr pull busybox >/dev/null; }

# $work/bare.cfg: the configuration of the domain that vdkr makes, as libxl has it, but for its devices.
bare_config() {
  local container
  vdkr run --rm --name bench-probe busybox sleep 60 >/dev/null &
  container=$!
  until xl list -l vxn-bench-probe >"$work/domain.json" 2>/dev/null && vdkr ps | grep -q bench-probe; do
    kill -0 "$container"
    sleep 0.2
  done
  vdkr rm -f bench-probe >/dev/null
  wait "$container" || :
  jq -r '.[0].config | .c_info as $c | .b_info as $b |
    "name=\"bench-bare\"", "type=\"\($c.type)\"", "kernel=\"\($b.kernel)\"",
    "ramdisk=\"\($b.ramdisk)\"", "cmdline=\"\($b.cmdline)\"",
    "memory=\($b.target_memkb / 1024 | floor)", "maxmem=\($b.max_memkb / 1024 | floor)",
    "vcpus=\($b.max_vcpus)", "on_crash=\"destroy\""' "$work/domain.json" >"$work/bare.cfg"
}
