# What the guests' own kernel can do, shown by a program that is PID 1 of a guest made of it
# (tests/xen/features): one line per feature on the console.
load lib/xen

# The domain NAME with our kernel and that program; what it says is in $BATS_FILE_TMPDIR/NAME.
boot() { # NAME COMMAND-LINE [LINE-OF-CONFIGURATION…]
  local name=$1 kernel
  local words="console=hvc0 mitigations=off panic=-1 initcall_blacklist=boot_wait_for_devices $2"
  kernel=/var/lib/vxn/kernels/$(cat /var/lib/vxn-machine/kernel-own)/vmlinux
  printf '%s\n' "name=\"$name\"" 'type="pv"' 'memory=128' 'vcpus=1' "kernel=\"$kernel\"" \
    "ramdisk=\"$BATS_FILE_TMPDIR/ramdisk\"" "extra=\"$words\"" \
    'on_crash="preserve"' "${@:3}" >"$BATS_FILE_TMPDIR/$name.cfg"
  xl create -q -p "$BATS_FILE_TMPDIR/$name.cfg"
  timeout 120 xl console "$name" </dev/null >"$BATS_FILE_TMPDIR/$name" 2>&1 3>&- &
  xl unpause "$name"
  "${while_booting-:}" "$(xl domid "$name")"
  eventually 120 has_ended "$name"
}

has_ended() { ! xl domid "$1" >/dev/null 2>&1 || xl list "$1" | grep -q -- 'sc- *[0-9.]*$'; }

# GPT with a squashfs and an ext4.
make_disk() { # FILE
  local layer
  layer=$(find /var/lib/vxn/images/disks -name '*.squashfs' -size +500k | head -n 1)
  truncate -s 24M "$1"
  sfdisk -q "$1" <<<$'label: gpt\nstart=2048, size=16384\nstart=18432, size=28672'
  dd if="$layer" of="$1" bs=512 seek=2048 conv=notrunc status=none
  mke2fs -q -t ext4 -E offset=$((18432 * 512)) "$1" 14336k
}

# Done by libxl for the interface: dom0's end has an address.
make_vif_script() { # FILE
  cat >"$1" <<'END'
#!/bin/sh
[ "$1" = online ] || exit 0
ip address add 192.0.2.1/24 dev "$vif"
ip link set "$vif" up
xenstore-write "$XENBUS_PATH/hotplug-status" connected
END
  chmod +x "$1"
}

# A directory shared over Xen's rings with the guest itself as its back end, which serves it as soon as its
# driver has made the rings. The driver looks when these nodes appear; a kernel that was just setting its
# watch has overlooked them, and is reminded.
share_directory() { # DOMAIN-ID
  local node=/local/domain/$1
  xenstore-write "$node/data/9pfs/state" 2 "$node/data/9pfs/versions" 1 \
    "$node/data/9pfs/max-rings" 2 "$node/data/9pfs/max-ring-page-order" 4 \
    "$node/data/9pfs/frontend" "$node/device/9pfs/0" "$node/data/9pfs/frontend-id" "$1"
  xenstore-chmod -r "$node/data/9pfs" "n$1"
  xenstore-write "$node/device/9pfs/0/backend" "$node/data/9pfs" "$node/device/9pfs/0/backend-id" "$1" \
    "$node/device/9pfs/0/tag" shared
  xenstore-chmod -r "$node/device/9pfs" "n$1"
  xenstore-write "$node/device/9pfs/0/state" 1
  local tries
  for tries in {1..20}; do
    sleep 1
    [[ $(xenstore-read "$node/device/9pfs/0/state") == 1 ]] || break
    xenstore-write "$node/device/9pfs/0/tag" shared
  done
}

setup_file() {
  cd "$BATS_FILE_TMPDIR" || return
  have_image busybox
  modprobe xen-netback
  mkdir root
  cp "$BUILD_TREE/tests/xen/features/guest_features" root/init
  (cd root && find . | busybox cpio -o -H newc 2>/dev/null) >ramdisk
  make_disk disk
  make_vif_script vif
  while_booting=share_directory boot features '' \
    "disk=['format=raw,vdev=xvda,access=rw,target=$PWD/disk']" "vif=['script=$PWD/vif']"
}

teardown_file() { xl destroy features 2>/dev/null || :; }
clean_up() { xl destroy features-panic 2>/dev/null || :; }

has() { # FEATURE…
  local feature said=$BATS_FILE_TMPDIR/features
  for feature; do
    grep -aqF "feature ok $feature"$'\r' "$said" ||
      { printf '%s\n' "$feature:" && tail -n 60 "$said" && return 1; }
  done
}

@test "every feature was tried and none is missing" {
  try grep -a '^feature failed' "$BATS_FILE_TMPDIR/features"
  expect_status 1
  expect_out ''
  grep -aq '^features end' "$BATS_FILE_TMPDIR/features"
}

@test "disks and file systems" { has 'GPT partitions' squashfs ext4 overlay tmpfs; }

@test "namespaces" {
  local kind
  for kind in mount UTS IPC network cgroup time PID user; do has "$kind namespace"; done
}

@test "control groups, version 2" {
  local controller
  for controller in memory cpu pids cpuset io freezer; do has "cgroup $controller"; done
}

@test "seccomp filters and capabilities" { has 'seccomp filters' capabilities; }

@test "system calls that programs expect" { has mqueue io_uring inotify fanotify; }

@test "eBPF as far as docker's default policy lets it" { has eBPF 'eBPF for devices'; }

@test "networks" { has IPv4 IPv6 veth bridge netfront; }

@test "netfilter" { has nftables "nftables' expressions" iptables; }

@test "shared directories" { has '9p over descriptors' '9p over xen'; }

@test "Xen's devices" { has xenstore 'event channels' grants balloon; }

@test "the kernel's log is on the console" {
  grep -aq "words of the kernel's log" "$BATS_FILE_TMPDIR/features"
}

@test "a panic is a crash of the domain, with its last words on the console" {
  boot features-panic features=panic
  try xl list features-panic
  expect_out_has 'sc- '
  grep -aq 'Kernel panic - not syncing: sysrq triggered crash' "$BATS_FILE_TMPDIR/features-panic"
}
