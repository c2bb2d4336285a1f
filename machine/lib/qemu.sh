# shellcheck shell=bash disable=SC2154
# The emulated computer: its command line, whether it lives, and its end.

# Alive is who holds the lock on $run_dir/alive, which QEMU inherits; a pid proves nothing.
is_alive() {
  local lock
  [[ -f $run_dir/alive ]] || return 1
  exec {lock}<"$run_dir/alive"
  if flock -n -s "$lock"; then
    exec {lock}<&-
    return 1
  fi
  exec {lock}<&-
}

# /dev/kvm is there on hosts that cannot use it, so the processor's flags count too.
can_use_kvm() {
  grep -qwE 'svm|vmx' /proc/cpuinfo && (exec 3<>/dev/kvm) 2>/dev/null
}

# smap, smep: QEMU 7.2's TCG kills a PV dom0 with them. svm: nested under TCG, guests die. xsave:
# with it (and so AVX) registers of one process turn up in another's copies, 128 bytes in 64 MiB.
# erms, fsrm: Linux copies and clears with "rep movsb" where it sees them, which TCG does byte by byte.
processor_options() {
  if can_use_kvm; then
    echo -accel kvm -cpu host
  else
    echo -accel tcg,thread=multi -cpu max,-smap,-smep,-svm,-xsave,-erms,-fsrm
  fi
}

# The mitigations protect nothing inside an emulator and cost much of its speed; scrubbing
# would make the host back all of the memory at once.
xen_arguments() {
  echo "console=com1 com1=115200,8n1 loglvl=info guest_loglvl=warning conring_size=1M" \
    "dom0_mem=${dom0_memory_mib}M,max:${dom0_memory_mib}M dom0_max_vcpus=$cpus" \
    "bootscrub=0 no-real-mode edd=off spec-ctrl=no xpti=no ${VXN_MACHINE_XEN_ARGUMENTS-}"
}

kernel_arguments() {
  echo "console=hvc0 rdinit=/init quiet loglevel=4 net.ifnames=0 mitigations=off" \
    "random.trust_cpu=on nokaslr ${VXN_MACHINE_KERNEL_ARGUMENTS-}"
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# Starts QEMU for the image $1 with ssh on port $2. All its output is in $run_dir/log.
start_qemu() {
  local image=$1 port=$2 alive image_lock
  local -a processor
  read -ra processor < <(processor_options)
  exec {alive}>"$run_dir/alive"
  flock -w 5 "$alive" || die "$instance is already up"
  # The image's own lock keeps "build" from removing it while it is in use.
  exec {image_lock}<"$image"
  flock -s "$image_lock"
  start_detached "$alive $image_lock" "$run_dir/log/qemu" qemu-system-x86_64 -name "vxn-machine-$instance" "${processor[@]}" \
    -smp "$cpus" -m "$memory_mib" -nodefaults -display none -no-reboot \
    -serial "file:$run_dir/log/serial" \
    -kernel "$image/xen" -append "$(xen_arguments)" \
    -initrd "${VXN_MACHINE_KERNEL:-$image/vmlinux} $(kernel_arguments),$run_dir/initrd" \
    -drive "file=$run_dir/root.qcow2,if=none,id=root,cache=unsafe,discard=unmap" \
    -device virtio-blk-pci,drive=root \
    -nic "user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:$port-:22" \
    -virtfs "local,path=$source_root,mount_tag=host,security_model=none,readonly=on,multidevs=remap" \
    -virtfs "local,path=$run_dir/results,mount_tag=results,security_model=none"
  echo "$detached_pid" >"$run_dir/pid"
  exec {alive}>&- {image_lock}<&-
}

# Waits until QEMU is gone, at most $1 seconds.
wait_gone() {
  local end=$((SECONDS + $1))
  while is_alive; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# Ends our QEMU by force. Its pid is good for as long as it holds the lock.
kill_qemu() {
  is_alive || return 0
  kill -TERM "$(<"$run_dir/pid")" 2>/dev/null || true
  wait_gone 5 || kill -KILL "$(<"$run_dir/pid")" 2>/dev/null || true
  wait_gone 5
}
