# shellcheck shell=bash disable=SC2154
# Boots an instance and waits for it, saying how far it is.

# The last stage that the serial log speaks of.
stage_reached() {
  awk 'BEGIN { reached = "QEMU" }
       /^\(XEN\) / { if (reached == "QEMU") reached = "Xen" }
       /Serial input to DOM0/ { reached = "dom0\047s kernel" }
       /^vxn-machine: stage / { gsub(/\r/, ""); reached = substr($0, 20) }
       END { print reached }' "$run_dir/log/serial" 2>/dev/null || echo QEMU
}

boot_failed() {
  local reached
  reached=$(stage_reached)
  say "the boot of $instance failed: $1; the last stage reached was: $reached"
  say "the end of $run_dir/log/serial:"
  tail -n 30 "$run_dir/log/serial" 2>/dev/null | tr -d '\r' | sed 's/^/  | /' >&2
  [[ ! -s $run_dir/log/qemu ]] || sed 's/^/  | qemu: /' "$run_dir/log/qemu" >&2
  kill_qemu
  exit 125
}

# The logs of the last five boots are kept, log.1 the youngest of the old ones.
rotate_logs() {
  local n
  rm -rf "$run_dir/log.5"
  for n in 4 3 2 1; do
    [[ ! -d $run_dir/log.$n ]] || mv -T "$run_dir/log.$n" "$run_dir/log.$((n + 1))"
  done
  [[ ! -d $run_dir/log ]] || mv -T "$run_dir/log" "$run_dir/log.1"
  mkdir -p "$run_dir/log"
}

prepare_boot() {
  local image=$1
  mkdir -p "$run_dir/results"
  chmod 700 "$run_dir"
  rotate_logs
  ensure_keys
  cp "$image/initrd" "$run_dir/initrd"
  boot_config "$image" >>"$run_dir/initrd"
  qemu-img create -q -f qcow2 -F raw -b "$image/root.ext4" "$run_dir/root.qcow2"
}

wait_until_up() {
  local begin=$SECONDS stage='' previous=''
  until stage=$(stage_reached) && [[ $stage == up ]]; do
    is_alive || boot_failed "QEMU ended"
    [[ $stage != failed:* ]] || boot_failed "dom0 gave up"
    ((SECONDS - begin < boot_deadline)) || boot_failed "not up after $boot_deadline s"
    if [[ $stage != "$previous" ]]; then
      say "  $((SECONDS - begin)) s: $stage"
      previous=$stage
    fi
    sleep 0.2
  done
  start_master || boot_failed "ssh does not answer ($(<"$run_dir/log/ssh"))"
  say "  $((SECONDS - begin)) s: up"
}

# Boots the instance unless it is up. Two callers do not boot twice.
ensure_up() {
  local image lock
  mkdir -p "$run_dir"
  exec {lock}>"$run_dir/boot.lock"
  flock -n "$lock" || {
    say "$instance is being booted by another caller, waiting"
    flock -w $((boot_deadline + 900)) "$lock" || die "$instance is still being booted"
  }
  if ! is_alive; then
    image=$(ensure_image)
    boot "$image" {lock}>&-
  elif [[ ! -S $control ]]; then
    start_master {lock}>&- || die "dom0 does not answer: $(<"$run_dir/log/ssh"); see machine/log"
  fi
  exec {lock}>&-
}

# Dom0 sees the registry of the tests as registry.test:5000, where this tree has one.
start_registry() {
  local registry=$source_root/tests/support/registry/registry
  [[ ${VXN_MACHINE_REGISTRY-yes} != no && -x $registry ]] || return 0
  command -v docker-registry >/dev/null || return 0
  "$registry" start >&2 || say "registry.test:5000 does not answer"
}

boot() {
  local image=$1 port attempt
  rm -f "$control" "$run_dir"/install{ed,-tried} # dom0 starts fresh
  prepare_boot "$image"
  say "booting $instance ($memory_mib MiB, $(can_use_kvm && echo KVM || echo emulated))"
  for attempt in 1 2 3 4 5; do
    port=${VXN_MACHINE_PORT:-$(free_port)}
    start_qemu "$image" "$port"
    sleep 0.3
    is_alive && break
    grep -q 'host forwarding' "$run_dir/log/qemu" || break
    say "port $port is taken (try $attempt)"
  done
  write_ssh_config "$port"
  start_registry
  wait_until_up
}
