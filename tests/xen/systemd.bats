# Only in the dom0 with systemd: udev, LVM and md look at every block device, and what a guest wrote
# on its disk must not make them hold it.
load lib/xen

prepare() { have_image busybox; }

# Overwrites the guest's writable disk with what stands on its standard input.
overwrite='disk=$(basename $(ls -d /sys/block/xvd* | tail -n 1)); read -r numbers </sys/block/$disk/dev
  mknod /disk b ${numbers%:*} ${numbers#*:} && dd of=/disk bs=1M conv=fsync 2>/dev/null; echo written'

# Makes FILE of 64 MiB and hands its loop device to COMMAND.
with_loop() { # FILE COMMAND…
  local loop
  truncate -s 64M "$1"
  loop=$(losetup -f --show "$1")
  "${@:2}" "$loop"
  udevadm settle
  losetup -d "$loop"
}

make_lvm() {
  pvcreate -q "$1" && vgcreate -q guestvg "$1" && lvcreate -q -n lv -l 100%FREE guestvg &&
    vgchange -q -an guestvg
}

# Stopped only when udev has looked at what was written: it would assemble the array again.
make_md() {
  mdadm --create /dev/md127 --run --force --level=1 --raid-devices=1 "$1" && udevadm settle &&
    mdadm --stop /dev/md127
}

writes_signature() { # FILE
  try vdkr run --rm -i busybox sh -c "$overwrite" <"$1"
  expect_out_has written
  udevadm settle
  expect_nothing_left
}

@test "an LVM volume group" {
  with_loop lvm make_lvm
  writes_signature lvm
}

@test "an md array" {
  with_loop md make_md
  writes_signature md
}

@test "a partition table" {
  truncate -s 64M gpt
  printf 'label: gpt\nsize=10M\nsize=10M\n' | sfdisk -q gpt
  writes_signature gpt
}
