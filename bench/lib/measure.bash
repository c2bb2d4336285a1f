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
